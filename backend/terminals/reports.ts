/**
 * What a terminal answers by itself when a program asks (device attributes, cursor position, modes, colours).
 * Every viewer's terminal answers, but the program must hear one answer.
 */
const CSI = '\\x1b\\[';
const STRING_END = '(?:\\x07|\\x1b\\\\)';
const REPORT = new RegExp(
  `^(?:${CSI}[?>=]?[\\d;]*[cn]|${CSI}\\??\\d+;\\d+R|${CSI}\\??[\\d;]+\\$y|${CSI}[\\d;]+t|\\x1bP[^\\x07\\x1b]*${STRING_END}|\\x1b\\]\\d+;[^\\x07\\x1b]*${STRING_END})+$`,
);
/** Longer input is a paste. */
const MAX_REPORT_BYTES = 512;

export function isTerminalReport(input: Uint8Array): boolean {
  if (input[0] !== 0x1b || input.byteLength > MAX_REPORT_BYTES) return false;
  return REPORT.test(Buffer.from(input).toString('latin1'));
}
