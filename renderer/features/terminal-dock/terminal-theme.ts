import type { ITheme } from '@xterm/xterm';
import { readColor } from '../../ui/read-color.ts';

/** The tokens' colours in xterm's words. The sixteen of the palette are `--color-ansi-0` … `--color-ansi-15`. */
export function readTerminalTheme(): ITheme {
  const ansi = (index: number) => readColor(`--color-ansi-${index}`);
  const background = readColor('--color-terminal');
  return {
    background,
    foreground: readColor('--color-terminal-text'),
    cursor: readColor('--color-accent'),
    cursorAccent: background,
    selectionBackground: readColor('--color-terminal-selection'),
    scrollbarSliderBackground: readColor('--color-border'),
    scrollbarSliderHoverBackground: readColor('--color-border-strong'),
    scrollbarSliderActiveBackground: readColor('--color-border-strong'),
    black: ansi(0),
    red: ansi(1),
    green: ansi(2),
    yellow: ansi(3),
    blue: ansi(4),
    magenta: ansi(5),
    cyan: ansi(6),
    white: ansi(7),
    brightBlack: ansi(8),
    brightRed: ansi(9),
    brightGreen: ansi(10),
    brightYellow: ansi(11),
    brightBlue: ansi(12),
    brightMagenta: ansi(13),
    brightCyan: ansi(14),
    brightWhite: ansi(15),
  };
}

/** For xterm's search: matches as the log view marks them. xterm wants `#rrggbb` here. */
export function searchColors(): { match: string; active: string } {
  return { match: toHex(readColor('--color-match')), active: toHex(readColor('--color-match-active')) };
}

function toHex(rgb: string): string {
  const parts = rgb.match(/\d+/g)?.slice(0, 3) ?? [];
  return `#${parts.map((part) => Number(part).toString(16).padStart(2, '0')).join('')}`;
}
