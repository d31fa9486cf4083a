import { promisify } from 'node:util';
import { crc32, deflate } from 'node:zlib';
import type { Pixels } from '../drivers/displays.ts';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const compress = promisify(deflate);

/** Screens are flat areas and letters: unfiltered rows compress well, and off the main thread. https://www.w3.org/TR/png-3/ */
export async function encodePng({ widthPx, heightPx, rgb }: Pixels): Promise<Buffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(widthPx, 0);
  header.writeUInt32BE(heightPx, 4);
  // Eight bits a channel, red, green and blue; the rest is the standard's only choice, and not interlaced.
  header.set([8, 2, 0, 0, 0], 8);
  const stride = widthPx * 3;
  const rows = Buffer.alloc(heightPx * (stride + 1));
  for (let y = 0; y < heightPx; y++) rows.set(rgb.subarray(y * stride, (y + 1) * stride), y * (stride + 1) + 1);
  return Buffer.concat([SIGNATURE, chunk('IHDR', header), chunk('IDAT', await compress(rows)), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, content: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), content]);
  const framed = Buffer.alloc(typed.length + 8);
  framed.writeUInt32BE(content.length, 0);
  framed.set(typed, 4);
  framed.writeUInt32BE(crc32(typed), typed.length + 4);
  return framed;
}
