/** One piece of a workload's output without a terminal: https://docs.docker.com/reference/api/engine/ "Stream format". */
export interface Frame {
  stream: 'stdout' | 'stderr';
  payload: Buffer;
}

const HEADER_BYTES = 8;

/** Takes the frames out of chunks that are cut anywhere. Payloads are views where a frame lies within one chunk. */
export async function* frames(chunks: AsyncIterable<Buffer>): AsyncGenerator<Frame[], void> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let needed = HEADER_BYTES;
  for await (const chunk of chunks) {
    rest.push(chunk);
    restBytes += chunk.length;
    // Joined only when a whole frame is there, so that a large one costs one copy and not one for every chunk.
    if (restBytes < needed) continue;
    const bytes = rest.length === 1 ? chunk : Buffer.concat(rest, restBytes);
    const complete: Frame[] = [];
    let at = 0;
    needed = HEADER_BYTES;
    while (bytes.length - at >= HEADER_BYTES) {
      const end = at + HEADER_BYTES + bytes.readUInt32BE(at + 4);
      if (end > bytes.length) {
        needed = end - at;
        break;
      }
      complete.push({ stream: bytes[at] === 2 ? 'stderr' : 'stdout', payload: bytes.subarray(at + HEADER_BYTES, end) });
      at = end;
    }
    rest = at < bytes.length ? [bytes.subarray(at)] : [];
    restBytes = bytes.length - at;
    if (complete.length > 0) yield complete;
  }
}
