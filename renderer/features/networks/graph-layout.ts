import type { Reach, ReachMachine, ReachNetwork } from './reach.ts';

export const NETWORK_WIDTH = 280;
export const NETWORK_HEIGHT = 44;
export const MACHINE_WIDTH = 400;
export const MACHINE_HEIGHT = 28;
const ROW = 36;
const GROUP_GAP = 16;
/** Between the two columns: room for lines to part. */
const LANE = 200;
const MARGIN = 8;

interface Placed {
  x: number;
  /** Of the middle. */
  y: number;
}

export interface Layout {
  width: number;
  height: number;
  networks: (ReachNetwork & Placed)[];
  machines: (ReachMachine & Placed)[];
  edges: { key: string; networkId: string; machineId: string; from: Placed; to: Placed }[];
}

/**
 * Networks on the left, machines on the right, one row each: as tall as there are machines, and readable with any number.
 * Machines stand in groups, next to the network that most of their group is on; a network stands at the middle of its machines,
 * so that lines are short and seldom cross.
 */
export function layOut({ networks, machines }: Reach): Layout {
  const order = new Map([...networks].sort(bySize).map(({ id }, index) => [id, index]));
  const homeOf = (machine: ReachMachine) => Math.min(...machine.networkIds.map((id) => order.get(id) ?? 0), order.size);
  const sorted = [...machines].sort(
    (a, b) => homeOf(a) - homeOf(b) || a.networkIds.length - b.networkIds.length || a.name.localeCompare(b.name),
  );
  let y = MARGIN + ROW / 2;
  let home = sorted[0] === undefined ? 0 : homeOf(sorted[0]);
  const placed = sorted.map((machine) => {
    if (homeOf(machine) !== home) y += GROUP_GAP;
    home = homeOf(machine);
    const at = { ...machine, x: MARGIN + NETWORK_WIDTH + LANE, y };
    y += ROW;
    return at;
  });
  const byId = new Map(placed.map((machine) => [machine.id, machine]));
  const placedNetworks = apart(
    networks.map((network) => {
      const rows = network.machineIds.map((id) => byId.get(id)?.y ?? 0);
      return { ...network, x: MARGIN, y: rows.reduce((sum, row) => sum + row, 0) / Math.max(1, rows.length) };
    }),
  );
  const lowest = Math.max(y, (placedNetworks.at(-1)?.y ?? 0) + NETWORK_HEIGHT);
  return {
    width: MARGIN * 2 + NETWORK_WIDTH + LANE + MACHINE_WIDTH,
    height: lowest + MARGIN,
    networks: placedNetworks,
    machines: placed,
    edges: placedNetworks.flatMap((network) =>
      network.machineIds.flatMap((machineId) => {
        const machine = byId.get(machineId);
        if (machine === undefined) return [];
        const from = { x: network.x + NETWORK_WIDTH, y: network.y };
        return [{ key: `${network.id} ${machineId}`, networkId: network.id, machineId, from, to: { x: machine.x, y: machine.y } }];
      }),
    ),
  };
}

/** The largest first: its machines stand together; islands last. */
function bySize(a: ReachNetwork, b: ReachNetwork): number {
  return Number(a.kind === 'user') - Number(b.kind === 'user') || b.machineIds.length - a.machineIds.length || a.name.localeCompare(b.name);
}

/** Moved down as little as needed for none to cover another. */
function apart<Node extends Placed>(nodes: Node[]): Node[] {
  let free = MARGIN + NETWORK_HEIGHT / 2;
  return nodes
    .sort((a, b) => a.y - b.y)
    .map((node) => {
      const y = Math.max(node.y, free);
      free = y + NETWORK_HEIGHT + 8;
      return { ...node, y };
    });
}
