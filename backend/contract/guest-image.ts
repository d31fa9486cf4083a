import { z } from 'zod';
import { taskId } from './ids.ts';
import { problem } from './problem.ts';
import { transferId } from './transfer.ts';
import { architecture, firmware } from './virtual-machine.ts';

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;

/** Also the name of its folder in the library. */
export const guestImageId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,120}$/)
  .brand<'GuestImageId'>();
export type GuestImageId = z.infer<typeof guestImageId>;

export const checksumAlgorithm = z.enum(['sha256', 'sha512']);
export type ChecksumAlgorithm = z.infer<typeof checksumAlgorithm>;

/** In lower-case hexadecimal digits. */
export const checksum = z
  .object({ algorithm: checksumAlgorithm, value: z.string().regex(/^[0-9a-f]+$/) })
  .refine(({ algorithm, value }) => value.length === HEX_DIGITS[algorithm], { message: 'wrong number of digits', path: ['value'] });
export type Checksum = z.infer<typeof checksum>;

/** How many digits a checksum has. */
export const HEX_DIGITS = { sha256: 64, sha512: 128 } as const satisfies Record<ChecksumAlgorithm, number>;

const webAddress = z.url({ protocol: /^https?$/ }).max(4096);

/**
 * Where a publisher says what its files hash to. `list`: lines of sum and name (SHA256SUMS, SHA512SUMS, GNU coreutils) or of name and
 * sum (CHECKSUM of Fedora, BSD); `single`: nothing but the sum of one file (.sha512 of Alpine).
 */
export const checksumSource = z.object({ url: webAddress, algorithm: checksumAlgorithm, format: z.enum(['list', 'single']) });
export type ChecksumSource = z.infer<typeof checksumSource>;

/** One image of a distribution for one architecture, as a file of the catalogue has it. */
export const catalogueEntry = z.object({
  /** Unique in the catalogue; an entry of one's own with the same id stands in the place of the built-in one. */
  id: guestImageId,
  version: z.string().min(1).max(60),
  /** What people call this version besides its number. */
  codename: z.string().max(60).optional(),
  architecture,
  url: webAddress,
  checksum: checksumSource,
  defaultUser: z.string().min(1).max(60),
  /** Which one to choose; it may boot with the other too. */
  firmware,
  minimumMemoryMiB: z.int().min(32),
  minimumDiskGiB: z.int().min(1),
  cloudInit: z.boolean(),
  guestAgent: z.boolean(),
});
export type CatalogueEntry = z.infer<typeof catalogueEntry>;

/** A file of the catalogue: what one distribution publishes. */
export const catalogueFile = z.object({
  distribution: z.string().min(1).max(60),
  images: z.array(catalogueEntry).min(1).max(200),
});

/** What the person's own file holds: as many distributions as wanted. */
export const ownCatalogueFile = z.array(catalogueFile).max(100);

export const catalogueImage = catalogueEntry.extend({
  distribution: z.string(),
  /** From the person's own file. */
  own: z.boolean(),
});
export type CatalogueImage = z.infer<typeof catalogueImage>;

export const catalogue = z.object({
  images: z.array(catalogueImage),
  /** Where entries of one's own are kept. */
  ownFile: z.string(),
  /** Why that file was left out; null: it was read, or there is none. */
  problem: problem.nullable(),
});
export type Catalogue = z.infer<typeof catalogue>;

/** Where an image of the library came from. */
export const guestImageOrigin = z.discriminatedUnion('type', [
  z.object({ type: z.literal('catalogue'), entryId: guestImageId, url: z.string() }),
  z.object({ type: z.literal('url'), url: z.string() }),
  z.object({ type: z.literal('file'), path: z.string() }),
  z.object({ type: z.literal('upload'), fileName: z.string() }),
]);
export type GuestImageOrigin = z.infer<typeof guestImageOrigin>;

/** A disk that machines can be made of, or a disc to install from, kept in the library. */
export const guestImage = z.object({
  id: guestImageId,
  name: z.string(),
  /** `iso`: a disc. Disks are always qcow2. */
  kind: z.enum(['disk', 'iso']),
  /** Null: not known, as all that follow. */
  architecture: architecture.nullable(),
  /** The operating system with its version. */
  osName: z.string().nullable(),
  defaultUser: z.string().nullable(),
  firmware: firmware.nullable(),
  cloudInit: z.boolean().nullable(),
  guestAgent: z.boolean().nullable(),
  minimumMemoryBytes: z.number().nullable(),
  minimumDiskBytes: z.number().nullable(),
  origin: guestImageOrigin,
  /** What the file had to hash to when it came; null: nobody said, so it was not verified. */
  checksum: checksum.nullable(),
  /** `ready`, or on its way: `preparing` has a task; `paused` holds what came so far and can go on. */
  state: z.enum(['ready', 'preparing', 'paused']),
  /** The task that prepares it. */
  taskId: taskId.nullable(),
  /** Why it is paused, when that was nobody's wish. */
  problem: problem.nullable(),
  /** What lies on the disk. */
  sizeBytes: z.number(),
  /** What a guest sees of it; null before it is known. */
  virtualBytes: z.number().nullable(),
  /** The file, once it is ready; for a machine's CD-ROM. */
  path: z.string().nullable(),
  addedAtMs: z.number(),
  /** Names of the machines whose disks lie on top of it, or whose drive holds it. */
  usedBy: z.array(z.string()),
});
export type GuestImage = z.infer<typeof guestImage>;

export const downloadRequest = z.object({
  url: webAddress,
  name: z.string().trim().min(1).max(100),
  /** Null: whatever comes is taken. */
  checksum: checksum.nullable(),
});
export type DownloadRequest = z.infer<typeof downloadRequest>;

/** A file of the computer that the app runs on. qcow2, raw, VMDK, VHDX, VDI or ISO; told apart by its content. */
export const importGuestImageRequest = z.object({ path: z.string().startsWith('/').max(4096), name: z.string().trim().min(1).max(100) });

export const uploadGuestImageRequest = z.object({
  fileName: z.string().max(1024),
  name: z.string().trim().min(1).max(100),
  sizeBytes: z.number().min(0),
  transferId,
});

/** The smallest sizes in bytes. */
export const minimumBytesOf = (entry: Pick<CatalogueEntry, 'minimumDiskGiB' | 'minimumMemoryMiB'>) => ({
  minimumMemoryBytes: entry.minimumMemoryMiB * MIB,
  minimumDiskBytes: entry.minimumDiskGiB * GIB,
});
