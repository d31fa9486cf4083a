/** All templates of a host together. */
const MOST = { count: 8, bytes: 4 * 1024 ** 3 };

/**
 * Which templates go for a new one of a size to have room: those that were not used for the longest time first. One that a machine runs
 * from stays: the machine has its files open, so its bytes would not come free. Null when there is no room all the same.
 * @param kept newest use first
 */
export function leaving(
  kept: readonly { key: string; sizeBytes: number }[],
  of: { sizeBytes: number; inUse: ReadonlySet<string> },
): string[] | null {
  let count = kept.length + 1;
  let bytes = kept.reduce((sum, { sizeBytes }) => sum + sizeBytes, of.sizeBytes);
  const fits = () => count <= MOST.count && bytes <= MOST.bytes;
  const gone: string[] = [];
  for (const { key, sizeBytes } of kept.toReversed()) {
    if (fits()) break;
    if (of.inUse.has(key)) continue;
    gone.push(key);
    count--;
    bytes -= sizeBytes;
  }
  return fits() ? gone : null;
}
