import type { Readable } from 'node:stream';
import type { LogLine, MachineId } from '../../contract/index.ts';
import { type Clock, Scope } from '../../core/index.ts';
import type { LogOptions } from '../driver.ts';
import { inRange } from '../log-range.ts';
import { type Containers, missing } from './containers.ts';
import type { EngineClient } from './engine-client.ts';
import { frames } from './frames.ts';

const NEWLINE = 10;
/** A line that never ends is cut here, so that it cannot fill the memory. */
const MAX_LINE_BYTES = 1024 * 1024;
const END_POLL_MS = 1_000;
const QUIET_MS = 300;
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) /;

export interface LogDeps {
  client: EngineClient;
  containers: Containers;
  clock: Clock;
  podman: boolean;
}

export async function* readLogs(
  deps: LogDeps,
  request: LogOptions & { id: MachineId },
  signal: AbortSignal,
): AsyncGenerator<LogLine[], void> {
  const { client, containers } = deps;
  const container = await containers.inspect(request.id, signal);
  const query = {
    ...{ stdout: true, stderr: true, timestamps: true, follow: request.follow, tail: request.tail ?? 'all' },
    ...{ since: engineTime(request.sinceMs), until: engineTime(request.untilMs) },
  };
  const body = await client.stream({ method: 'GET', path: `/containers/${container.Id}/logs`, query, refused: missing }, signal);
  const chunks = new CountedChunks(body);
  await using scope = new Scope(() => body.destroy());
  if (deps.podman && request.follow) {
    scope.run((over) => chunks.endWith(container.Id, deps, AbortSignal.any([signal, over])));
  }
  try {
    yield* inRange(container.Config.Tty ? linesOfTerminal(chunks) : linesOfFrames(chunks), deps.podman ? inSeconds(request) : request);
  } catch (error) {
    if (signal.aborted) return;
    throw client.translate(error, signal);
  } finally {
    body.destroy();
  }
}

/** Seconds with a fraction: the engines know no finer way to say it that both understand. */
function engineTime(ms: number | null | undefined): string | undefined {
  return ms == null ? undefined : (ms / 1000).toFixed(3);
}

/** Podman writes times without their fraction. */
function inSeconds({ sinceMs, untilMs }: LogOptions): Pick<LogOptions, 'sinceMs' | 'untilMs'> {
  return { sinceMs: sinceMs == null ? null : Math.floor(sinceMs / 1000) * 1000, untilMs: untilMs ?? null };
}

/** Podman goes on following for ever when the container ended in the moment in which the following began. */
class CountedChunks implements AsyncIterable<Buffer> {
  readonly #body: Readable;
  #count = 0;
  #ended = false;

  constructor(body: Readable) {
    this.#body = body;
  }

  /** Ends once the container has, and nothing more comes. */
  async endWith(nativeId: string, { containers, clock }: LogDeps, signal: AbortSignal): Promise<void> {
    await containers.untilEnded(nativeId, END_POLL_MS, signal);
    let before: number;
    do {
      before = this.#count;
      await clock.sleep(QUIET_MS, signal);
    } while (this.#count !== before || this.#body.readableLength > 0);
    this.#ended = true;
    this.#body.destroy();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    try {
      for await (const chunk of this.#body as AsyncIterable<Buffer>) {
        this.#count++;
        yield chunk;
      }
    } catch (error) {
      if (!this.#ended) throw error;
    }
  }
}

/** With a terminal there is one stream, as it is. */
export async function* linesOfTerminal(chunks: AsyncIterable<Buffer>): AsyncGenerator<LogLine[], void> {
  const assembler = new LineAssembler('stdout');
  for await (const chunk of chunks) {
    const lines = assembler.take(chunk);
    if (lines.length > 0) yield lines;
  }
  yield* remainders([assembler]);
}

/** Without one, every frame is a line or a part of one, and begins with its time. */
export async function* linesOfFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<LogLine[], void> {
  const assemblers = { stdout: new LineAssembler('stdout'), stderr: new LineAssembler('stderr') };
  for await (const batch of frames(chunks)) {
    const lines: LogLine[] = [];
    for (const { stream, payload } of batch)
      lines.push(...assemblers[stream].take(assemblers[stream].midLine ? withoutTime(payload) : payload));
    if (lines.length > 0) yield lines;
  }
  yield* remainders(Object.values(assemblers));
}

function* remainders(assemblers: LineAssembler[]): Generator<LogLine[], void> {
  const lines = assemblers.flatMap((assembler) => assembler.remainder());
  if (lines.length > 0) yield lines;
}

/** The engine cuts long lines (16 KiB) into frames, each with a time of its own. */
function withoutTime(payload: Buffer): Buffer {
  const time = TIME.exec(payload.subarray(0, 40).toString('latin1'));
  return time === null ? payload : payload.subarray(time[0].length);
}

/** Joins bytes to whole lines before they are decoded: no character is broken in two. */
class LineAssembler {
  readonly #stream: LogLine['stream'];
  #parts: Buffer[] = [];
  #bytes = 0;

  constructor(stream: LogLine['stream']) {
    this.#stream = stream;
  }

  get midLine(): boolean {
    return this.#bytes > 0;
  }

  take(bytes: Buffer): LogLine[] {
    const lines: LogLine[] = [];
    let at = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, at)) {
      lines.push(this.#line(bytes.subarray(at, end)));
      at = end + 1;
    }
    if (at < bytes.length) {
      this.#parts.push(bytes.subarray(at));
      this.#bytes += bytes.length - at;
      if (this.#bytes >= MAX_LINE_BYTES) lines.push(...this.remainder());
    }
    return lines;
  }

  remainder(): LogLine[] {
    return this.midLine ? [this.#line(Buffer.alloc(0))] : [];
  }

  #line(last: Buffer): LogLine {
    const bytes = this.#parts.length === 0 ? last : Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    this.#bytes = 0;
    const text = bytes.toString('utf8');
    const time = TIME.exec(text);
    const content = time === null ? text : text.slice(time[0].length);
    return {
      timeMs: time?.[1] === undefined ? null : Date.parse(time[1]),
      stream: this.#stream,
      text: content.endsWith('\r') ? content.slice(0, -1) : content,
    };
  }
}
