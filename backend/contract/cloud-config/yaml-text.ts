import { Alias, type Document, isMap, isNode, isScalar, isSeq, Lexer, LineCounter, type Node, parseDocument, visit } from 'yaml';
import type { CloudIssue, CloudRule } from './issue.ts';

/** Bounds of what is parsed at all: the parser recurses with depth and compares each key with all others of its mapping. */
const MOST_TOKENS = 50_000;
const MOST_KEYS = 2_000;
const DEEPEST = 60;
const MOST_ALIASES = 100;

/** cloud-init reads YAML 1.1 (PyYAML): there `yes` is true and 0644 is 420. */
const PARSE = { schema: 'yaml-1.1', prettyErrors: false, logLevel: 'error' } as const;

/** A text in YAML, as nodes that know where they stand. Issues gather as they are found. */
export class YamlText {
  readonly issues: CloudIssue[] = [];
  /** Null when the text is not even looked at as YAML; `issues` says why. */
  readonly document: Document.Parsed | null;
  readonly #lines = new LineCounter();
  readonly #firstLine: number;

  /** `firstLine`: the number of the text's first line in what the user sees. */
  constructor(text: string, firstLine: number) {
    this.#firstLine = firstLine;
    this.document = this.#parse(text);
  }

  get hasErrors(): boolean {
    return this.issues.some(({ severity }) => severity === 'error');
  }

  report(at: Node | null, rule: CloudRule, params: CloudIssue['params'] = {}): void {
    this.reportAt(at?.range?.[0] ?? 0, 'error', rule, params);
  }

  warn(at: Node | null, rule: CloudRule, params: CloudIssue['params'] = {}): void {
    this.reportAt(at?.range?.[0] ?? 0, 'warning', rule, params);
  }

  reportAt(offset: number, severity: CloudIssue['severity'], rule: CloudRule, params: CloudIssue['params']): void {
    const { line, col } = this.#lines.linePos(offset);
    this.issues.push({ severity, line: Math.max(1, line) + this.#firstLine - 1, column: Math.max(1, col), rule, params });
  }

  /** Entries of a mapping; empty for what is none. */
  entries(node: unknown): { key: string; keyNode: Node; value: Node | null }[] {
    const map = this.resolve(node);
    if (!isMap(map)) return [];
    return map.items.flatMap(({ key, value }) =>
      isScalar(key) ? [{ key: String(key.value), keyNode: key, value: this.resolve(value) }] : [],
    );
  }

  items(node: unknown): Node[] {
    const list = this.resolve(node);
    return isSeq(list) ? list.items.flatMap((item) => this.resolve(item) ?? []) : [];
  }

  /** What an alias stands for; null for nothing. */
  resolve(node: unknown): Node | null {
    if (node instanceof Alias) return this.document === null ? null : (node.resolve(this.document) ?? null);
    return isNode(node) ? node : null;
  }

  #parse(text: string): Document.Parsed | null {
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lines.addNewLine(at + 1);
    this.#lines.lineStarts.unshift(0);
    const bad = NOT_TEXT.exec(text);
    if (bad !== null) {
      this.reportAt(bad.index, 'error', 'notText', {});
      return null;
    }
    const outgrown = tooComplexAt(text);
    if (outgrown !== null) {
      this.reportAt(outgrown, 'error', 'tooComplex', {});
      return null;
    }
    const document = parseDocument(text, PARSE);
    for (const { code, message, pos } of document.errors) {
      if (code === 'DUPLICATE_KEY') this.reportAt(pos[0], 'error', 'duplicateKey', {});
      else if (code === 'TAB_AS_INDENT') this.reportAt(pos[0], 'error', 'tab', {});
      else if (code === 'MULTIPLE_DOCS') this.reportAt(pos[0], 'error', 'manyDocuments', {});
      else this.reportAt(pos[0], 'error', 'syntax', { message });
    }
    for (const { code, message, pos } of document.warnings) {
      if (code === 'TAG_RESOLVE_FAILED') this.reportAt(pos[0], 'error', 'tag', { tag: text.slice(pos[0], pos[1]) });
      else this.reportAt(pos[0], 'warning', 'syntax', { message });
    }
    this.#expand(document);
    return document;
  }

  /** Reads it once as cloud-init will: aliases that multiply, or that hold themselves, end here. */
  #expand(document: Document.Parsed): void {
    let aliases = 0;
    let first: Node | null = null;
    visit(document, {
      Alias: (_, node) => {
        aliases++;
        first ??= node;
      },
    });
    if (aliases === 0) return;
    try {
      if (aliases > MOST_ALIASES) throw new RangeError('too many aliases');
      JSON.stringify(document.toJS({ maxAliasCount: MOST_ALIASES }));
    } catch {
      this.report(first, 'aliases');
    }
  }
}

/** Control characters besides tabs and line ends, halves of surrogate pairs, and what decoders put in the place of what was no text. */
const NOT_TEXT = /[^\P{Cc}\t\n\r]|\p{Cs}|[\ufffd-\uffff]/u;

/** Offset of the token that goes beyond what is parsed; null when all is within. The lexer's work grows with the text only. */
function tooComplexAt(text: string): number | null {
  let [offset, tokens, keys, depth, onLine] = [0, 0, 0, 0, 0];
  for (const token of new Lexer().lex(text)) {
    tokens++;
    if (token === ':') keys++;
    else if (token === '[' || token === '{') depth++;
    else if (token === ']' || token === '}') depth--;
    else if (token === '-' || token === '?') onLine++;
    else if (token === '\n' || token === '\r\n') onLine = 0;
    if (tokens > MOST_TOKENS || keys > MOST_KEYS || depth > DEEPEST || onLine > DEEPEST) return offset;
    // Signs of the lexer's own: the start of a document, the end of a flow, a scalar that follows. They are not in the text.
    if (token !== '\u0002' && token !== '\u0018' && token !== '\u001f') offset += token.length;
  }
  return null;
}
