/** `PRETTY_NAME` of an os-release file (os-release(5)), or null. */
export function osName(osRelease: string): string | null {
  const value = /^PRETTY_NAME=(.*)$/m.exec(osRelease)?.[1]?.trim();
  if (value === undefined) return null;
  const unquoted = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  return unquoted.replace(/\\(["'$`\\])/g, '$1') || null;
}
