import { posix } from 'node:path';
import { z } from 'zod';
import { diskFormat, type SnapshotId, snapshotId, snapshotSchedule } from '../../../contract/index.ts';
import { AppError, messageOf } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { type Definition, definition } from '../definition.ts';
import { keptNames } from '../kept-state.ts';
import { readText } from '../process.ts';
import type { VmFiles } from '../vm-files.ts';

const snapshotRecord = z.object({
  id: snapshotId,
  parentId: snapshotId.nullable(),
  name: z.string(),
  description: z.string(),
  takenAtMs: z.number(),
  automatic: z.boolean(),
  /** As it was then: its disks are the frozen files, its `saved` is the snapshot's memory. */
  definition,
  /** Copies of what it keeps beside its disks (kept-state.ts); null: there was none. */
  firmwareVariables: z.string().nullable(),
  tpmState: z.string().nullable().optional(),
});
export type SnapshotRecord = z.infer<typeof snapshotRecord>;

const book = z.object({
  version: z.literal(1),
  snapshots: z.array(snapshotRecord),
  /** See `Tree`. */
  files: z.array(z.object({ name: z.string(), format: diskFormat, backing: z.string().nullable() })),
  /** Files that are to be removed, unless the machine itself names them. */
  unneeded: z.array(z.string()),
  schedule: snapshotSchedule.nullable(),
  /** When the schedule took the last one, or was set. */
  scheduledAtMs: z.number().nullable(),
});
/** `snapshots.json` */
export type Book = z.infer<typeof book>;

const EMPTY: Book = { version: 1, snapshots: [], files: [], unneeded: [], schedule: null, scheduledAtMs: null };

/** @throws AppError `definitionInvalid` */
export async function readBook(host: Host, files: VmFiles, signal: AbortSignal): Promise<Book> {
  const text = await readText(host, bookPath(files), signal);
  if (text === '') return EMPTY;
  try {
    return book.parse(JSON.parse(text));
  } catch (error) {
    throw new AppError('definitionInvalid', { path: bookPath(files), message: messageOf(error) }, { cause: error });
  }
}

export async function writeBook(host: Host, of: { files: VmFiles; book: Book }, signal: AbortSignal): Promise<void> {
  await host.writeFile(bookPath(of.files), `${JSON.stringify(of.book, null, 2)}\n`, {}, signal);
}

/** @throws AppError `snapshotMissing` */
export function recordOf({ snapshots }: Book, id: SnapshotId): SnapshotRecord {
  const found = snapshots.find((snapshot) => snapshot.id === id);
  if (found === undefined) throw new AppError('snapshotMissing');
  return found;
}

/** Every file of the folder that is named somewhere. */
export function namedFiles(book: Book, current: Definition): Set<string> {
  const ofDefinition = ({ disks, saved }: Definition) => [...disks.map(({ file }) => file), ...(saved === null ? [] : [saved.file])];
  return new Set([
    ...ofDefinition(current),
    ...book.files.map(({ name }) => name),
    ...book.snapshots.flatMap((snapshot) => [...ofDefinition(snapshot.definition), ...keptNames(snapshot)]),
  ]);
}

function bookPath(files: VmFiles): string {
  return posix.join(files.folder, 'snapshots.json');
}
