export { checkImage, repairImage } from './check.ts';
export { imageError } from './errors.ts';
export { sweepUnfinished } from './files.ts';
export { type DiskImage, type ImageFile, imageChain, imageInfo, lockedInfo } from './info.ts';
export type { OnProgress } from './qemu-img.ts';
export {
  bringImage,
  changeFormat,
  compactImage,
  convertImage,
  createImage,
  flattenImage,
  growImage,
} from './rewrite.ts';
