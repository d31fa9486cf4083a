import type { FileChange, FileListing, MachineId } from '../contract/index.ts';

/**
 * A container's or a volume's files. Paths are absolute in it and as contract/file.ts has them; links in a path are followed
 * inside it, and never out of it. Every method throws AppErrors: filePathMissing, fileNotFolder, fileNotRegular, fileTaken,
 * fileReadOnly, fileDiskFull, fileDenied, fileLinkLoop, machineMissing.
 */
export interface FileTree extends AsyncDisposable {
  list(path: string, signal: AbortSignal): Promise<FileListing>;
  /** A file's content, its first `maxBytes` when given. `path` is without links. Not reading `bytes` pauses it. */
  read(path: string, options: { maxBytes?: number }, signal: AbortSignal): Promise<FileContent>;
  /** A new folder; the one that it is in must exist. */
  makeFolder(path: string, signal: AbortSignal): Promise<void>;
  /** Never replaces what is there. */
  rename(from: string, to: string, signal: AbortSignal): Promise<void>;
  /** Names in one folder, with all that is in them. */
  remove(folder: string, names: readonly string[], signal: AbortSignal): Promise<void>;
  /** All that is in a folder, but not the folder. */
  empty(path: string, signal: AbortSignal): Promise<void>;
  /** A folder as a tar stream, with numeric owners; its entries begin with the folder's name, the root's with `./`. */
  pack(path: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
  /**
   * Unpacks a tar stream into a folder: folders are merged, files replaced, and a replaced file's owner and mode stay. All of
   * it or, when the stream breaks off or the disk is full, nothing. The stream must not name anything outside (checked-tar.ts).
   * `keepRoot`: the folder gets the owner and mode of the archive's `./`.
   */
  unpack(path: string, tar: AsyncIterable<Uint8Array>, options: { keepRoot: boolean }, signal: AbortSignal): Promise<void>;
}

export interface FileContent {
  path: string;
  sizeBytes: number;
  bytes: AsyncIterable<Uint8Array>;
}

export interface FilesFacet {
  /** Whether it runs or not. @throws AppError filesUnreachable, filesNeedRunning, machineWrongState, machineMissing */
  open(id: MachineId, signal: AbortSignal): Promise<FileTree>;
  /** Against the container's image; absent for machines that have none to compare with. */
  changes?(id: MachineId, signal: AbortSignal): Promise<FileChange[]>;
}
