export { createDiskStore, type DiskStore } from './disk.ts';
export { createImageService, type ImageService } from './image-service.ts';
