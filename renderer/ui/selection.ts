/** Where a key moves the active row to; null: it is not a key that moves. */
export function moveActive(at: { key: string; index: number; count: number; page: number }): number | null {
  if (at.count === 0) return null;
  const last = at.count - 1;
  const clamp = (index: number) => Math.min(last, Math.max(0, index));
  switch (at.key) {
    case 'j':
    case 'J':
    case 'ArrowDown':
      return clamp(at.index + 1);
    case 'k':
    case 'K':
    case 'ArrowUp':
      return at.index < 0 ? last : clamp(at.index - 1);
    case 'PageDown':
      return clamp(at.index + at.page);
    case 'PageUp':
      return clamp(at.index - at.page);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** The selection with one key more or less. */
export function toggle(selection: ReadonlySet<string>, key: string): Set<string> {
  const next = new Set(selection);
  if (!next.delete(key)) next.add(key);
  return next;
}

/** The selection with everything between two rows, in the order shown; a row that is not shown any more counts as the other end. */
export function selectRange(range: { keys: readonly string[]; from: string; to: string; selection: ReadonlySet<string> }): Set<string> {
  const to = range.keys.indexOf(range.to);
  const found = range.keys.indexOf(range.from);
  const from = found < 0 ? to : found;
  const next = new Set(range.selection);
  for (const key of range.keys.slice(Math.min(from, to), Math.max(from, to) + 1)) next.add(key);
  return next;
}
