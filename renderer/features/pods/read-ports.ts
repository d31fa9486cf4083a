import { type PortForward, portForward } from '../../../backend/contract/index.ts';

/** `8080:80 5353:53/udp`, on 127.0.0.1. Answers with the first word that is no pair of ports. */
export function readPorts(text: string): { ports: PortForward[]; wrong: string | null } {
  const ports: PortForward[] = [];
  for (const word of text.split(/[\s,]+/).filter(Boolean)) {
    const [, host, machine, protocol = 'tcp'] = /^(\d+):(\d+)(?:\/(tcp|udp))?$/.exec(word) ?? [];
    const read = portForward.safeParse({ protocol, hostAddress: '127.0.0.1', hostPort: Number(host), machinePort: Number(machine) });
    if (!read.success) return { ports, wrong: word };
    ports.push(read.data);
  }
  return { ports, wrong: null };
}
