import type { TaskProgress } from '../tasks/index.ts';

/** The same bytes, and how many of them went by. */
export async function* told(
  bytes: AsyncIterable<Uint8Array>,
  { report, totalBytes }: { report: (progress: TaskProgress) => void; totalBytes: number | null },
): AsyncGenerator<Uint8Array, void> {
  let doneBytes = 0;
  for await (const piece of bytes) {
    doneBytes += piece.length;
    // An archive is a little larger than its layers; it is not done before its end.
    report({ doneBytes, totalBytes, progress: totalBytes ? Math.min(0.99, doneBytes / totalBytes) : null });
    yield piece;
  }
}
