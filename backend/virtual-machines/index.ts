export { autostart } from './autostart.ts';
export { createBin, emptyBin, type VmBin } from './bin.ts';
export { createCopier, type VmCopier } from './copies.ts';
export { createCreator, type VmCreator } from './create.ts';
export { createDiskService, type DiskService } from './disk-service.ts';
export { createSnapshotService, type SnapshotService } from './snapshots.ts';
