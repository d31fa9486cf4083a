/** One line of a folded JSON text. */
export interface JsonRow {
  /** Names from the root, joined so that they tell every node apart. */
  path: string;
  depth: number;
  /** Null in an array and at the root. */
  name: string | null;
  /** What is shown of a leaf, as JSON; null for an object or array. */
  leaf: string | null;
  kind: 'object' | 'array' | 'string' | 'number' | 'boolean' | 'null';
  /** Entries inside. */
  size: number;
  folded: boolean;
}

export interface JsonView {
  isFolded: (path: string, depth: number) => boolean;
  /** Shows only what matches and the way to it, unfolded; empty shows all. */
  filter: string;
}

/** The lines that are to be seen, in order. */
export function jsonRows(value: unknown, view: JsonView): JsonRow[] {
  const rows: JsonRow[] = [];
  walk({ value, name: null, path: '', depth: 0 }, { rows, view, filter: view.filter.toLowerCase() });
  return rows;
}

interface Node {
  value: unknown;
  name: string | null;
  path: string;
  depth: number;
}

function walk(node: Node, context: { rows: JsonRow[]; view: JsonView; filter: string }): boolean {
  const { rows, view, filter } = context;
  const entries = entriesOf(node.value);
  const own = `${node.name ?? ''} ${entries === null ? String(node.value) : ''}`.toLowerCase();
  const matches = filter === '' || own.includes(filter);
  // Inside of what matches by its name everything is shown, folded as it was.
  const inner = matches ? { ...context, filter: '' } : context;
  const folded = entries !== null && inner.filter === '' && view.isFolded(node.path, node.depth);
  const at = rows.length;
  rows.push({
    path: node.path,
    depth: node.depth,
    name: node.name,
    leaf: entries === null ? (JSON.stringify(node.value) ?? 'null') : null,
    kind: kindOf(node.value),
    size: entries?.length ?? 0,
    folded,
  });
  let found = matches;
  if (entries !== null && !folded) {
    for (const [name, value] of entries) {
      const isNamed = !Array.isArray(node.value);
      if (walk({ value, name: isNamed ? name : null, path: `${node.path}/${name}`, depth: node.depth + 1 }, inner)) found = true;
    }
  }
  if (!found) rows.length = at;
  return found;
}

function entriesOf(value: unknown): [string, unknown][] | null {
  return value !== null && typeof value === 'object' ? Object.entries(value) : null;
}

function kindOf(value: unknown): JsonRow['kind'] {
  if (Array.isArray(value)) return 'array';
  if (value === null || value === undefined) return 'null';
  const type = typeof value;
  return type === 'object' || type === 'string' || type === 'number' || type === 'boolean' ? type : 'string';
}
