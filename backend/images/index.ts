export { createDiskStore, type DiskStore } from './disk.ts';
export { createImageService, type ImageService } from './image-service.ts';
export { createLayerService, type LayerService } from './layers/layer-service.ts';
export { createRegistryService, type RegistryService } from './registries/registry-service.ts';
export { createScanService, type ScanService } from './scans/scan-service.ts';
