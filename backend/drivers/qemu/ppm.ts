import { AppError } from '../../core/index.ts';
import type { Pixels } from '../displays.ts';

/** QEMU writes `P6`, the width, the height and 255, each ended by white space, then the pixels. https://netpbm.sourceforge.net/doc/ppm.html @throws AppError `engineRefused` */
export function parsePpm(file: Buffer): Pixels {
  const header = /^P6\s+(\d{1,5})\s+(\d{1,5})\s+255\s/.exec(file.subarray(0, 64).toString('latin1'));
  const [widthPx, heightPx] = [Number(header?.[1]), Number(header?.[2])];
  const start = header?.[0].length ?? 0;
  const length = widthPx * heightPx * 3;
  if (header === null || length === 0 || file.length - start < length) {
    throw new AppError('engineRefused', { engine: 'QEMU', message: 'the picture of the screen is not whole' });
  }
  return { widthPx, heightPx, rgb: file.subarray(start, start + length) };
}
