import type { FileView } from '../../../backend/contract/index.ts';

export type Shown = { as: 'text'; text: string } | { as: 'image'; url: string } | { as: 'bytes' };

const IMAGES: Record<string, string | undefined> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  bmp: 'image/bmp',
  ico: 'image/x-icon',
  svg: 'image/svg+xml',
};
const HEX_BYTES = 4096;

export function bytesOf({ content }: FileView): Uint8Array {
  return Uint8Array.from(atob(content), (character) => character.charCodeAt(0));
}

/** How a file is best looked at: by its name when it is a whole picture, as text when it is UTF-8 without control bytes, else as bytes. */
export function bestView(view: FileView, name: string): Shown['as'] {
  const bytes = bytesOf(view);
  if (imageType(name) !== undefined && bytes.length === view.sizeBytes) return 'image';
  return textOf(bytes, bytes.length < view.sizeBytes) === null ? 'bytes' : 'text';
}

export function imageType(name: string): string | undefined {
  return IMAGES[name.split('.').at(-1)?.toLowerCase() ?? ''];
}

/** Null when it is no text. @param cut the last letter may be half there */
export function textOf(bytes: Uint8Array, cut: boolean): string | null {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what tells a program from a text
  const control = /[\x00-\x08\x0e-\x1a\x1c-\x1f]/;
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut });
    return control.test(text) ? null : text;
  } catch {
    return null;
  }
}

/** The first bytes as `offset  hex  letters`. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, HEX_BYTES); at += 16) {
    const row = [...bytes.subarray(at, at + 16)];
    const hex = row.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const letters = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    lines.push(`${at.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${letters}`);
  }
  return lines.join('\n');
}
