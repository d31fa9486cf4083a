import { z } from 'zod';
import { machineId, volumeId } from './ids.ts';

/** Whose files: a container's, or a volume's. */
export const filePlace = z.union([z.object({ machineId }), z.object({ volumeId })]);
export type FilePlace = z.infer<typeof filePlace>;

/**
 * An absolute path in the place. Names are bytes: one that is no UTF-8 comes, and goes, with each such byte as a lone surrogate
 * U+DC80…U+DCFF (as Python does, PEP 383), so that every name can be shown, and be named again.
 */
export const filePath = z
  .string()
  .max(16_384)
  .regex(/^\/[^\0]*$/);

/** One name in a folder. */
export const fileName = z
  .string()
  .min(1)
  .max(1024)
  .regex(/^[^/\0]+$/)
  .refine((name) => name !== '.' && name !== '..');

export const fileType = z.enum(['file', 'folder', 'link', 'socket', 'pipe', 'device']);
export type FileType = z.infer<typeof fileType>;

export const fileEntry = z.object({
  name: z.string(),
  type: fileType,
  sizeBytes: z.number(),
  /** Permission bits, with set-user-id, set-group-id and sticky: 0o000…0o7777. */
  mode: z.int(),
  uid: z.int(),
  gid: z.int(),
  /** Names as the place itself has them; null where it has none, or cannot be asked. */
  user: z.string().nullable(),
  group: z.string().nullable(),
  modifiedMs: z.number(),
  linkTarget: z.string().nullable(),
});
export type FileEntry = z.infer<typeof fileEntry>;

export const fileListing = z.object({
  /** Where it is, without links. */
  path: filePath,
  /** As the system gives them, in no order. */
  entries: z.array(fileEntry),
});
export type FileListing = z.infer<typeof fileListing>;

/** The first bytes of a file, to look at. */
export const fileView = z.object({
  path: filePath,
  sizeBytes: z.number(),
  /** At most `MAX_VIEW_BYTES` of it, in base64. */
  content: z.string(),
});
export type FileView = z.infer<typeof fileView>;

export const MAX_VIEW_BYTES = 2 * 1024 * 1024;

/** What a container has done to its image's filesystem. A folder is `changed` when something in it is. */
export const fileChange = z.object({ path: z.string(), kind: z.enum(['changed', 'added', 'removed']) });
export type FileChange = z.infer<typeof fileChange>;
