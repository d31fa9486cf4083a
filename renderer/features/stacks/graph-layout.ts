/** Pixels. */
export const NODE = { width: 152, height: 44, gapX: 56, gapY: 16 } as const;

export interface GraphService {
  name: string;
  dependsOn: readonly string[];
}

export interface GraphLayout {
  width: number;
  height: number;
  nodes: { name: string; x: number; y: number }[];
  /** From who needs to who is needed; `path` is an SVG path. */
  edges: { from: string; to: string; path: string }[];
}

/**
 * Columns from left to right: what is needed stands left of who needs it. Within a column, services stand near what they
 * need, so that few lines cross. Circles are broken where they close.
 */
export function layoutGraph(services: readonly GraphService[]): GraphLayout {
  const columns = toColumns(services);
  const places = new Map<string, { x: number; y: number }>();
  const rows = Math.max(0, ...columns.map((column) => column.length));
  const pitch = NODE.height + NODE.gapY;
  for (const [index, column] of columns.entries()) {
    const top = ((rows - column.length) * pitch) / 2;
    const ordered = column
      .map((service, at) => ({ service, wish: meanHeight(service, places) ?? top + at * pitch }))
      .sort((a, b) => a.wish - b.wish || (a.service.name < b.service.name ? -1 : 1));
    for (const [at, { service }] of ordered.entries())
      places.set(service.name, { x: index * (NODE.width + NODE.gapX), y: top + at * pitch });
  }
  return {
    width: Math.max(0, columns.length * (NODE.width + NODE.gapX) - NODE.gapX),
    height: Math.max(0, rows * pitch - NODE.gapY),
    nodes: [...places].map(([name, { x, y }]) => ({ name, x, y })),
    edges: services.flatMap(({ name, dependsOn }) =>
      dependsOn.flatMap((needed) => {
        const from = places.get(name);
        const to = places.get(needed);
        return from === undefined || to === undefined || needed === name ? [] : [{ from: name, to: needed, path: line(from, to) }];
      }),
    ),
  };
}

function toColumns(services: readonly GraphService[]): GraphService[][] {
  const byName = new Map(services.map((service) => [service.name, service]));
  const depths = new Map<string, number>();
  const depthOf = (name: string, within: ReadonlySet<string>): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const inside = new Set([...within, name]);
    const needs = (byName.get(name)?.dependsOn ?? []).filter((one) => byName.has(one) && !inside.has(one));
    const depth = Math.max(-1, ...needs.map((one) => depthOf(one, inside))) + 1;
    depths.set(name, depth);
    return depth;
  };
  const columns: GraphService[][] = [];
  for (const service of services) {
    const depth = depthOf(service.name, new Set());
    const column = columns[depth] ?? [];
    column.push(service);
    columns[depth] = column;
  }
  return Array.from(columns, (column) => column ?? []).filter((column) => column.length > 0);
}

function meanHeight({ dependsOn }: GraphService, places: ReadonlyMap<string, { y: number }>): number | null {
  const heights = dependsOn.flatMap((name) => places.get(name)?.y ?? []);
  return heights.length === 0 ? null : heights.reduce((sum, y) => sum + y, 0) / heights.length;
}

/** From the left side of who needs to the right side of who is needed; within a column, around its side. */
function line(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const half = NODE.height / 2;
  const start = { x: from.x, y: from.y + half };
  const end = { x: to.x + NODE.width, y: to.y + half };
  const bend = Math.max(NODE.gapX / 2, (start.x - end.x) / 2);
  return `M${start.x} ${start.y}C${start.x - bend} ${start.y} ${end.x + bend} ${end.y} ${end.x} ${end.y}`;
}
