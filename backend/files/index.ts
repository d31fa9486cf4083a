export { createFileService, type FileService } from './file-service.ts';
export { createVolumeService, type VolumeService } from './volume-service.ts';
