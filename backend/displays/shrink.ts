import type { Pixels } from '../drivers/displays.ts';

/** Places that are looked at across each pixel of the result: enough for letters to leave a grey, and its price is bounded. */
const SAMPLES = 3;

/** Made as large as fits, its shape kept, each pixel a mean of what it stands for. What fits already stays as it is. */
export function shrink(pixels: Pixels, most: { width: number; height: number }): Pixels {
  const scale = Math.max(pixels.widthPx / most.width, pixels.heightPx / most.height);
  if (scale <= 1) return pixels;
  const widthPx = Math.max(1, Math.round(pixels.widthPx / scale));
  const heightPx = Math.max(1, Math.round(pixels.heightPx / scale));
  const rgb = new Uint8Array(widthPx * heightPx * 3);
  const columns = sampled(pixels.widthPx, widthPx).map((x) => x * 3);
  const rows = sampled(pixels.heightPx, heightPx).map((y) => y * pixels.widthPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      let [red, green, blue] = [0, 0, 0];
      for (let row = y * SAMPLES; row < (y + 1) * SAMPLES; row++) {
        for (let column = x * SAMPLES; column < (x + 1) * SAMPLES; column++) {
          const at = (rows[row] ?? 0) + (columns[column] ?? 0);
          red += pixels.rgb[at] ?? 0;
          green += pixels.rgb[at + 1] ?? 0;
          blue += pixels.rgb[at + 2] ?? 0;
        }
      }
      const to = (y * widthPx + x) * 3;
      const count = SAMPLES * SAMPLES;
      rgb[to] = red / count;
      rgb[to + 1] = green / count;
      rgb[to + 2] = blue / count;
    }
  }
  return { widthPx, heightPx, rgb };
}

/** The places of `from` that stand for `to` places, SAMPLES for each, evenly spread. */
function sampled(from: number, to: number): number[] {
  return Array.from({ length: to * SAMPLES }, (_, at) => Math.min(from - 1, Math.floor(((at + 0.5) * from) / (to * SAMPLES))));
}
