import type { FileChange, FileEntry } from '../../../backend/contract/index.ts';
import type { Sort } from '../../ui/Table.tsx';

/** One line of the browser: an entry, or the ghost of one that the image had. */
export interface FileRow {
  name: string;
  entry: FileEntry | null;
  change: FileChange['kind'] | null;
}

export function joinPath(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}

export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * A name as it can be read: what would be invisible, or turn the text around, stands as its code.
 * https://www.unicode.org/reports/tr36/#Bidirectional_Text_Spoofing
 */
export function shownName(name: string): string {
  return name.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|^\s|\s$/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (code === 10) return '␊';
    if (code === 9) return '␉';
    if (code === 13) return '␍';
    if (code === 32) return '␠';
    // A byte that is no UTF-8 (contract/file.ts).
    if (code >= 0xdc80 && code <= 0xdcff) return `‹${(code - 0xdc00).toString(16).toUpperCase()}›`;
    return `‹U+${code.toString(16).toUpperCase().padStart(4, '0')}›`;
  });
}

/** The folder's entries with what has changed in it. */
export function rowsOf(folder: string, entries: readonly FileEntry[], changes: ReadonlyMap<string, FileChange['kind']>): FileRow[] {
  const rows: FileRow[] = entries.map((entry) => {
    const change = changes.get(joinPath(folder, entry.name)) ?? null;
    return { name: entry.name, entry, change: change === 'removed' ? null : change };
  });
  const here = new Set(entries.map(({ name }) => name));
  for (const [path, kind] of changes) {
    if (kind === 'removed' && parentOf(path) === folder && !here.has(baseOf(path)))
      rows.push({ name: baseOf(path), entry: null, change: kind });
  }
  return rows;
}

const COLLATOR = new Intl.Collator(undefined, { numeric: true });

/** Folders first, as file managers do. */
export function sortRows(rows: readonly FileRow[], { column, direction }: Sort): FileRow[] {
  const sign = direction === 'ascending' ? 1 : -1;
  const byName = (a: FileRow, b: FileRow) => COLLATOR.compare(a.name, b.name);
  const isFolder = ({ entry }: FileRow) => Number(entry?.type === 'folder');
  return [...rows].sort((a, b) => {
    const folders = isFolder(b) - isFolder(a);
    if (folders !== 0) return folders;
    if (column === 'size') return sign * ((a.entry?.sizeBytes ?? -1) - (b.entry?.sizeBytes ?? -1)) || byName(a, b);
    if (column === 'modified') return sign * ((a.entry?.modifiedMs ?? 0) - (b.entry?.modifiedMs ?? 0)) || byName(a, b);
    return sign * byName(a, b);
  });
}

/** `rwxr-xr-x`, with s and t as ls writes them. */
export function modeText(mode: number): string {
  const bits = Array.from('rwxrwxrwx', (letter, index) => ((mode >> (8 - index)) & 1 ? letter : '-'));
  const special = (at: number, bit: number, letter: string) => {
    if (mode & bit) bits[at] = bits[at] === 'x' ? letter : letter.toUpperCase();
  };
  special(2, 0o4000, 's');
  special(5, 0o2000, 's');
  special(8, 0o1000, 't');
  return bits.join('');
}

export function ownerText({ uid, gid, user, group }: FileEntry): string {
  return `${user ?? uid}:${group ?? gid}`;
}
