export { type CheckResult, checkImage, repairImage } from './check.ts';
export { imageError } from './errors.ts';
export { sweepUnfinished } from './files.ts';
export { type DiskImage, type ImageFile, imageChain, imageInfo } from './info.ts';
export { type DiskOwner, diskOwner } from './owner.ts';
export type { OnProgress } from './qemu-img.ts';
export {
  bringImage,
  type Compacted,
  changeFormat,
  compactImage,
  convertImage,
  createImage,
  flattenImage,
  growImage,
} from './rewrite.ts';
