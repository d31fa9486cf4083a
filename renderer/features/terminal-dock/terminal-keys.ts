/** What a key does in a terminal instead of going to the machine. `native`: the browser does it (its own paste). */
export type TerminalKey = 'copy' | 'native' | 'search' | 'larger' | 'smaller' | 'normalSize' | 'leave';

export type KeyPlatform = 'mac' | 'windows' | 'linux';

export interface KeyPress {
  key: string;
  code: string;
  ctrlKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  metaKey: boolean;
}

/**
 * Null: the key is the machine's. Ctrl+V pastes where that is the platform's paste, and is ^V on a Mac, where ⌘V is.
 * Ctrl+C interrupts; on Windows it copies when something is selected, as terminals do there.
 */
export function terminalKey(press: KeyPress, context: { platform: KeyPlatform; hasSelection: boolean }): TerminalKey | null {
  const { platform, hasSelection } = context;
  if (press.key === 'F6' && press.shiftKey && !press.ctrlKey && !press.altKey && !press.metaKey) return 'leave';
  if (press.key === 'Insert' && press.shiftKey !== press.ctrlKey && !press.altKey && !press.metaKey)
    return press.shiftKey ? 'native' : 'copy';
  const main = platform === 'mac' ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey;
  if (!main || press.altKey) return null;
  // By the key's place where another keyboard layout is on: Ctrl+Shift+C stays what it is with Hangul.
  const letter = /^[a-z]$/i.test(press.key) ? press.key.toLowerCase() : press.code.replace(/^Key/, '').toLowerCase();
  if (letter === 'c') {
    if (press.shiftKey || platform === 'mac') return 'copy';
    return platform === 'windows' && hasSelection ? 'copy' : null;
  }
  if (letter === 'v') return 'native';
  if (letter === 'f') return 'search';
  if (press.key === '+' || press.key === '=') return 'larger';
  if (press.key === '-' || press.key === '_') return 'smaller';
  if (press.key === '0') return 'normalSize';
  return null;
}

export function keyPlatform(platformName: string): KeyPlatform {
  if (/mac|iphone|ipad/i.test(platformName)) return 'mac';
  return /win/i.test(platformName) ? 'windows' : 'linux';
}
