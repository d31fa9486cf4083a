import type { BuildContext, ContextEntry } from '../../builds.ts';
import { includeOnly } from './follow-paths.ts';
import type { GrpcCall } from './grpc.ts';
import { encodeMessage, fieldsOf } from './protobuf.ts';

/** `fsutil.types.Packet`, https://github.com/tonistiigi/fsutil/blob/master/types/wire.proto */
const PACKET = { stat: 0, request: 1, data: 2, end: 3, error: 4 } as const;
/** Go's os.FileMode, which is what the protocol carries: https://pkg.go.dev/io/fs#FileMode */
const GO_MODE = { folder: 2 ** 31, link: 2 ** 27, setuid: 2 ** 23, setgid: 2 ** 22, sticky: 2 ** 20 } as const;
/** Files that are read at the same time. */
const READERS = 4;

/** What the peer may ask for: everything of the context, or the Dockerfile alone. */
export interface SyncedFolder {
  entries: readonly ContextEntry[];
  open: BuildContext['open'];
}

/**
 * Sends a folder as BuildKit wants it: first what there is, then the bytes of the files that it asks for, because it does not
 * have them from the last time.
 */
export async function sendFolder(
  call: GrpcCall,
  folder: SyncedFolder,
  onBytes: (count: number, of: { totalBytes: number }) => void,
  signal: AbortSignal,
): Promise<void> {
  const entries = includeOnly(folder.entries, [...call.metadata('followpaths'), ...call.metadata('include-patterns')]);
  const totalBytes = entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const wanted: number[] = [];
  const reading = new Set<Promise<void>>();
  let failure: unknown;

  const sendFile = async (id: number): Promise<void> => {
    const entry = entries[id];
    if (entry === undefined) return;
    for await (const chunk of folder.open(entry.path, signal)) {
      await call.send(packet(PACKET.data, id, chunk));
      onBytes(chunk.length, { totalBytes });
    }
    // An empty piece is the end of a file.
    await call.send(packet(PACKET.data, id));
  };
  const readMore = () => {
    while (reading.size < READERS) {
      const id = wanted.shift();
      if (id === undefined) return;
      const read: Promise<void> = sendFile(id)
        .catch((error: unknown) => {
          failure ??= error;
        })
        .finally(() => {
          reading.delete(read);
          readMore();
        });
      reading.add(read);
    }
  };

  const listing = (async () => {
    for (const entry of entries) await call.send(encodeMessage([[2, statOf(entry)]]));
    // A packet without a stat is the end of the listing; an empty message is such a packet.
    await call.send(new Uint8Array());
  })();
  listing.catch(() => {});
  for await (const message of call.messages) {
    const { type, id } = readPacket(message);
    if (type === PACKET.request) {
      wanted.push(id);
      readMore();
    } else if (type === PACKET.end) {
      await listing;
      while (reading.size > 0) await Promise.all(reading);
      if (failure !== undefined) throw failure;
      await call.send(packet(PACKET.end, 0));
      return;
    } else if (type === PACKET.error) return;
    if (failure !== undefined) throw failure;
  }
}

function packet(type: number, id: number, data?: Uint8Array): Uint8Array {
  return encodeMessage([
    [1, type],
    [3, id],
    [4, data],
  ]);
}

function readPacket(message: Uint8Array): { type: number; id: number } {
  const found = { type: 0, id: 0 };
  for (const { number, value } of fieldsOf(message)) {
    if (number === 1) found.type = Number(value);
    else if (number === 3) found.id = Number(value);
  }
  return found;
}

/** `fsutil.types.Stat`; owner and group are left at 0, as Docker's own client sends them. */
function statOf({ path, kind, mode, sizeBytes, modifiedMs, linkTarget }: ContextEntry): Uint8Array {
  let goMode = mode & 0o777;
  if (kind === 'folder') goMode += GO_MODE.folder;
  if (kind === 'link') goMode += GO_MODE.link;
  if (mode & 0o4000) goMode += GO_MODE.setuid;
  if (mode & 0o2000) goMode += GO_MODE.setgid;
  if (mode & 0o1000) goMode += GO_MODE.sticky;
  return encodeMessage([
    [1, path],
    [2, goMode],
    [5, sizeBytes],
    // Nanoseconds; the last digits are lost where milliseconds have none.
    [6, Math.round(modifiedMs) * 1e6],
    [7, linkTarget],
  ]);
}
