import { Alias, type Document, isMap, isNode, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { type ComposeProblem, type ComposeRule, stackName } from '../../contract/index.ts';

/** One entry of a mapping, with the place of its key. */
export interface Entry {
  key: string;
  keyNode: Node | null;
  value: Node | null;
}

type Report = (at: Node | null, rule: ComposeRule, params?: Record<string, string>) => void;

/** One Compose file, as nodes that know where they stand. Problems gather as rules find them. */
export class ComposeDocument {
  readonly path: string;
  readonly text: string;
  readonly problems: ComposeProblem[] = [];
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    for (const { pos, message } of this.#document.errors) this.reportAt(pos[0], 'error', 'syntax', { message });
  }

  get root(): Node | null {
    return this.resolve(this.#document.contents);
  }

  readonly error: Report = (at, rule, params = {}) => this.reportAt(at?.range?.[0] ?? 0, 'error', rule, params);

  reportAt(offset: number, severity: ComposeProblem['severity'], rule: ComposeRule, params: Record<string, string>): void {
    const { line, col } = this.#lines.linePos(Math.min(offset, this.text.length));
    this.problems.push({ path: this.path, line: Math.max(1, line), column: Math.max(1, col), severity, rule, params });
  }

  /** What an alias stands for; null for nothing. */
  resolve(node: unknown): Node | null {
    if (node instanceof Alias) return node.resolve(this.#document) ?? null;
    return isNode(node) ? node : null;
  }

  /** Entries of a mapping, those merged by `<<` included; null for what is no mapping. */
  entries(node: Node | null, within: ReadonlySet<Node> = new Set()): Entry[] | null {
    if (!isMap(node)) return null;
    const own: Entry[] = [];
    const merged: Entry[] = [];
    const seen = new Set([...within, node]);
    for (const { key, value } of node.items) {
      const target = this.resolve(value);
      if (isScalar(key) && key.value === '<<') {
        const sources = isSeq(target) ? target.items.map((item) => this.resolve(item)) : [target];
        for (const source of sources) if (source !== null && !seen.has(source)) merged.push(...(this.entries(source, seen) ?? []));
      } else own.push({ key: isScalar(key) ? String(key.value) : String(key), keyNode: isNode(key) ? key : null, value: target });
    }
    const names = new Set(own.map(({ key }) => key));
    return [...own, ...merged.filter(({ key }) => !names.has(key))];
  }

  entry(node: Node | null, key: string): Entry | null {
    return this.entries(node)?.find((entry) => entry.key === key) ?? null;
  }

  items(node: Node | null): Node[] | null {
    return isSeq(node) ? node.items.flatMap((item) => this.resolve(item) ?? []) : null;
  }

  /** A scalar's text as it was written; null for what is none. */
  scalar(node: Node | null): string | null {
    if (!isScalar(node) || node.value === null) return null;
    return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value));
  }

  /** Names in a list or in the keys of a mapping: both ways of writing `depends_on`, `networks` and the like. */
  names(node: Node | null): { name: string; node: Node }[] {
    const keys = this.entries(node)?.map(({ key, keyNode, value }) => ({ name: key, node: keyNode ?? value }));
    const listed = this.items(node)?.map((item) => ({ name: this.scalar(item) ?? '', node: item as Node | null }));
    return (keys ?? listed ?? []).flatMap(({ name, node: at }) => (name === '' || at === null ? [] : [{ name, node: at }]));
  }

  /** Every text value with the offset of each of its dollar signs in the file. */
  *texts(): Generator<{ text: string; dollars: number[] }> {
    const found: { text: string; dollars: number[] }[] = [];
    visit(this.#document, {
      Scalar: (key, node) => {
        if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('$') || !node.range) return;
        const [start, end] = node.range;
        const source = this.text.slice(start, end);
        found.push({ text: node.value, dollars: [...source.matchAll(/\$/g)].map(({ index }) => start + index) });
      },
    });
    yield* found;
  }
}

/** The name that a Compose file gives its stack; null when it gives none that can be one. */
export function nameIn(text: string): string | null {
  const document = new ComposeDocument('', text);
  const name = document.scalar(document.entry(document.root, 'name')?.value ?? null);
  return name !== null && stackName.safeParse(name).success ? name : null;
}
