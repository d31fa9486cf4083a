import type { Machine, Network } from '../../../backend/contract/index.ts';

/** A network that machines meet on, and who is on it. `user`: QEMU's own of one guest, out only. */
export interface ReachNetwork {
  id: string;
  name: string;
  engineId: string;
  kind: 'bridge' | 'internal' | 'host' | 'user';
  subnet: string | null;
  machineIds: string[];
}

export interface ReachMachine {
  id: string;
  name: string;
  kind: Machine['kind'];
  networkIds: string[];
  /** `8080→80`: ways in from the host. */
  ports: string[];
}

export interface Reach {
  networks: ReachNetwork[];
  machines: ReachMachine[];
}

/** What engines call being on none: whoever is on it meets nobody. */
const NO_NETWORK = 'none';

/** Who meets whom, now: only what runs is on a network. Networks that nobody is on are left out. */
export function reachOf(networks: readonly Network[], machines: readonly Machine[]): Reach {
  const known = new Map(networks.map((network) => [`${network.engineId} ${network.name}`, network]));
  const found = new Map<string, ReachNetwork>();
  const shown = machines.filter(({ state }) => state === 'running' || state === 'paused');
  const reached = shown.map((machine): ReachMachine => {
    const joined = machine.networks.filter(({ network }) => network !== NO_NETWORK);
    const on = machine.kind === 'vm' ? [userNetwork(machine)] : joined.map(({ network }) => toReach(machine, network, known));
    for (const network of on) {
      const one = found.get(network.id) ?? network;
      one.machineIds.push(machine.id);
      found.set(network.id, one);
    }
    return {
      id: machine.id,
      name: machine.name,
      kind: machine.kind,
      networkIds: on.map(({ id }) => id),
      ports: machine.ports.map(({ hostPort, machinePort, protocol }) => `${hostPort}→${machinePort}${protocol === 'udp' ? '/udp' : ''}`),
    };
  });
  return {
    networks: [...found.values()].map((network) => ({ ...network, machineIds: [...new Set(network.machineIds)] })),
    machines: reached,
  };
}

/** The machines that a machine can talk to, by a network that both are on. A VM's own network has nobody else. */
export function peersOf(reach: Reach, machineId: string): string[] {
  const peers = reach.networks.filter(({ machineIds }) => machineIds.includes(machineId)).flatMap(({ machineIds }) => machineIds);
  return [...new Set(peers)].filter((id) => id !== machineId);
}

function toReach({ engineId }: Machine, name: string, known: ReadonlyMap<string, Network>): ReachNetwork {
  const network = known.get(`${engineId} ${name}`);
  const kind = name === 'host' ? 'host' : network?.internal === true ? 'internal' : 'bridge';
  return { id: network?.id ?? `${engineId}/${name}`, name, engineId, kind, subnet: network?.subnets[0]?.subnet ?? null, machineIds: [] };
}

function userNetwork({ id, engineId }: Machine): ReachNetwork {
  return { id: `user ${id}`, name: '', engineId, kind: 'user', subnet: '10.0.2.0/24', machineIds: [] };
}
