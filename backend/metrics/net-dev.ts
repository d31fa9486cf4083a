import { fieldAt, integerAt, nextLine, skipBlanks, wordEnd } from './scan.ts';

export interface Traffic {
  receivedBytes: number;
  sentBytes: number;
}

/** Sums `/proc/…/net/dev`: all interfaces but lo, or those named. */
export function parseNetDev(bytes: Buffer, end: number, only?: ReadonlySet<string>): Traffic {
  const traffic = { receivedBytes: 0, sentBytes: 0 };
  // Two lines of headings.
  let line = nextLine(bytes, nextLine(bytes, 0, end), end);
  for (; line < end; line = nextLine(bytes, line, end)) {
    const name = skipBlanks(bytes, line, end);
    const nameEnd = wordEnd(bytes, name, end);
    if (only === undefined ? isLoopback(bytes, name, nameEnd) : !only.has(bytes.toString('latin1', name, nameEnd))) continue;
    const numbers = nameEnd + 1;
    traffic.receivedBytes += integerAt(bytes, numbers, end);
    traffic.sentBytes += integerAt(bytes, fieldAt(bytes, numbers, end, 8), end);
  }
  return traffic;
}

function isLoopback(bytes: Buffer, from: number, end: number): boolean {
  return end - from === 2 && bytes[from] === 0x6c && bytes[from + 1] === 0x6f;
}
