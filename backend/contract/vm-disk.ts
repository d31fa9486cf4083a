import { z } from 'zod';

/** What a disk can be taken away as: QEMU's own, every program's, VMware's, Hyper-V's, VirtualBox's. */
export const exportFormat = z.enum(['qcow2', 'raw', 'vmdk', 'vhdx', 'vdi']);
export type ExportFormat = z.infer<typeof exportFormat>;
