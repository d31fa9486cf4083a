import type { EngineId, MachineId } from '../contract/index.ts';
import type { Host } from '../hosts/host.ts';
import { portOwner } from '../hosts/port-owner.ts';
import type { Inventory } from '../inventory/index.ts';

const LAST_PORT = 65_535;

export interface PortQuestion {
  engineId: EngineId;
  protocol: 'tcp' | 'udp' | 'sctp';
  port: number;
  /** A machine whose ports will be given back before they are needed. */
  except: MachineId | null;
}

/** Who has a port of the engine's host, a machine that does not run now included; and the next port that nobody has. */
export async function checkPort(
  inventory: Inventory,
  { engineId, protocol, port, except }: PortQuestion,
  signal: AbortSignal,
): Promise<{ owner: string | null; next: number }> {
  const { host } = inventory.driver(engineId);
  const own = new Set<number>();
  const machines = new Map<number, string>();
  for (const machine of inventory.machines()) {
    if (inventory.driver(machine.engineId).host !== host) continue;
    for (const forward of machine.ports) {
      if (forward.protocol !== protocol) continue;
      if (machine.id === except) own.add(forward.hostPort);
      else machines.set(forward.hostPort, machine.name);
    }
  }
  const ownerOf = async (candidate: number): Promise<string | null> =>
    machines.get(candidate) ?? (own.has(candidate) ? null : await listener(host, protocol, { port: candidate, signal }));

  const owner = await ownerOf(port);
  let next = port;
  while (next <= LAST_PORT && (await ownerOf(next)) !== null) next++;
  return { owner, next: Math.min(next, LAST_PORT) };
}

async function listener(host: Host, protocol: PortQuestion['protocol'], at: { port: number; signal: AbortSignal }): Promise<string | null> {
  // Nothing tells of SCTP.
  return protocol === 'sctp' ? null : portOwner(host, { protocol, port: at.port }, at.signal);
}
