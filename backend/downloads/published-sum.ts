import { type ChecksumSource, HEX_DIGITS } from '../contract/index.ts';

/**
 * The sum that a publisher's file says of one name; null when it says none. Knows the lines of GNU coreutils (`<sum>  name`,
 * `<sum> *name`) and of BSD (`SHA256 (name) = <sum>`, as Fedora's CHECKSUM has them between comments and a signature).
 */
export function publishedSum(text: string, name: string, { algorithm, format }: Omit<ChecksumSource, 'url'>): string | null {
  const digits = `[0-9a-fA-F]{${HEX_DIGITS[algorithm]}}`;
  if (format === 'single') return new RegExp(`^\\s*(${digits})(\\s|$)`).exec(text)?.[1]?.toLowerCase() ?? null;
  const gnu = new RegExp(`^(?<sum>${digits}) [ *](?:\\./)?(?<name>.+)$`);
  const bsd = new RegExp(`^${algorithm.toUpperCase()} \\((?<name>.+)\\) = (?<sum>${digits})$`);
  for (const line of text.split(/\r?\n/)) {
    const found = (gnu.exec(line) ?? bsd.exec(line))?.groups;
    if (found?.name === name) return found.sum?.toLowerCase() ?? null;
  }
  return null;
}
