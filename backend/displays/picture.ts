import type { Picture } from '../contract/index.ts';
import type { Pixels } from '../drivers/displays.ts';
import { encodePng } from './png.ts';

export async function toPicture(pixels: Pixels): Promise<Picture> {
  const { widthPx, heightPx } = pixels;
  return { url: `data:image/png;base64,${(await encodePng(pixels)).toString('base64')}`, widthPx, heightPx };
}
