import { type Header, pack } from 'tar-stream';
import type { BuildContext, ContextEntry } from '../builds.ts';

/** A file that is sent with the context but is not of it. */
export interface ExtraFile {
  name: string;
  content: Uint8Array;
}

/**
 * The context as one tar archive, made while it is read. The Dockerfile, and the rules that ignore files, are always in it: the
 * builder needs them, and leaves them out itself where they are ignored.
 */
export async function* packContext(
  context: BuildContext,
  { extra, onBytes }: { extra: readonly ExtraFile[]; onBytes: (sentBytes: number, totalBytes: number) => void },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const present = new Set(context.entries.map(({ path }) => path));
  const own = [context.dockerfile, context.ignoreFile].filter((file) => file !== null && !present.has(file.name)) as ExtraFile[];
  const totalBytes = context.entries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  let sentBytes = 0;
  const tar = pack();
  // A reader that goes away throws into the stream; who reads on is told by the iteration.
  tar.on('error', () => {});
  const filling = (async () => {
    for (const { name, content } of [...extra, ...own]) tar.entry({ name, mode: 0o600 }, Buffer.from(content));
    for (const entry of context.entries) {
      if (entry.kind !== 'file') {
        tar.entry(headerOf(entry));
        continue;
      }
      const written = new Promise<void>((resolve, reject) => {
        const sink = tar.entry(headerOf(entry), (error) => (error ? reject(error) : resolve()));
        fill(sink, context.open(entry.path, signal), (count) => {
          sentBytes += count;
          onBytes(sentBytes, totalBytes);
        }).catch((error: unknown) => {
          sink.destroy();
          reject(error);
        });
      });
      await written;
    }
    tar.finalize();
  })();
  filling.catch((error: unknown) => tar.destroy(error as Error));
  try {
    yield* tar as AsyncIterable<Uint8Array>;
    await filling;
  } finally {
    tar.destroy();
  }
}

async function fill(
  sink: NodeJS.WritableStream & { destroyed: boolean },
  bytes: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): Promise<void> {
  let wake = () => {};
  sink.on('drain', () => wake());
  // Whoever read the archive has gone away: the entry ends with it, and says so here, too.
  sink.on('close', () => wake());
  sink.on('error', () => {});
  for await (const chunk of bytes) {
    onBytes(chunk.length);
    if (sink.write(chunk)) continue;
    if (sink.destroyed) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  sink.end();
}

function headerOf({ path, kind, mode, sizeBytes, modifiedMs, linkTarget }: ContextEntry): Partial<Header> & { name: string } {
  const header = { mode, mtime: new Date(modifiedMs), uid: 0, gid: 0 };
  if (kind === 'folder') return { ...header, name: `${path}/`, type: 'directory' };
  if (kind === 'link') return { ...header, name: path, type: 'symlink', linkname: linkTarget };
  return { ...header, name: path, type: 'file', size: sizeBytes };
}
