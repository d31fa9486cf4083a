import { z } from 'zod';
import { engineId, machineId } from './ids.ts';
import { transferId } from './transfer.ts';
import { vmName } from './vm-create.ts';

/** The ending of an archive’s name. */
export const VM_ARCHIVE_ENDING = '.catamaran-vm';

/** Linked: it lies on files of the original, which can then not be deleted for good. */
export const vmCloneRequest = z.object({ id: machineId, name: vmName, linked: z.boolean() });
export type VmCloneRequest = z.infer<typeof vmCloneRequest>;

const hostPath = z.string().startsWith('/').max(4096);

/** To the page that saves it, or to a file of the machine's host. */
export const vmExportRequest = z.object({
  id: machineId,
  to: z.discriminatedUnion('type', [
    z.object({ type: z.literal('page'), transferId }),
    z.object({ type: z.literal('host'), path: hostPath }),
  ]),
});
export type VmExportRequest = z.infer<typeof vmExportRequest>;

export const vmImportRequest = z.object({
  engineId,
  /** Null: the archive's. */
  name: vmName.nullable(),
  from: z.discriminatedUnion('type', [
    z.object({ type: z.literal('page'), transferId, fileName: z.string().max(1024), sizeBytes: z.number().min(0) }),
    z.object({ type: z.literal('host'), path: hostPath }),
  ]),
});
export type VmImportRequest = z.infer<typeof vmImportRequest>;

/** A name in the folder of virtual machines. */
export const binnedVmId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,100}$/);

/** A machine that was removed and can come back, until it is deleted for good. */
export const binnedVm = z.object({
  engineId,
  id: binnedVmId,
  name: z.string(),
  binnedAtMs: z.number(),
  /** What its files take on the host. */
  sizeBytes: z.number(),
  /** Names of the machines that are linked to its files; while there are any, it cannot be deleted for good. */
  usedBy: z.array(z.string()),
});
export type BinnedVm = z.infer<typeof binnedVm>;
