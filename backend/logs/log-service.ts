import type { LogEvent, LogLine, LogRange, LogRequest, LogSaveRequest, Machine, MachineId } from '../contract/index.ts';
import { type Clock, toAppError } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import type { Transfers } from '../transfers/index.ts';
import { toLogLines } from './log-lines.ts';
import { type MergeSource, mergeLogs } from './merge.ts';
import type { Segment } from './merger.ts';

/** A file is written in pieces of about so many characters. */
const PIECE_CHARS = 256 * 1024;

export interface LogService {
  /** One log, or many merged by time. @throws AppError what a single machine's log throws; of many each fails by itself */
  read(request: LogRequest, signal: AbortSignal): AsyncIterable<LogEvent>;
  /** Gives the page all lines of the range as a text file. @throws AppError */
  save(request: LogSaveRequest, signal: AbortSignal): Promise<{ lines: number }>;
}

export function createLogService(deps: {
  driverOf: (id: MachineId) => Driver;
  machine: (id: MachineId) => Machine;
  transfers: Transfers;
  clock: Clock;
}): LogService {
  const { driverOf, machine, transfers, clock } = deps;

  function linesOf(id: MachineId, options: LogRange & { follow: boolean; tail: number | null }, signal: AbortSignal) {
    return driverOf(id).logs.read(id, options, signal);
  }

  async function* read({ ids, ...options }: LogRequest, signal: AbortSignal): AsyncGenerator<LogEvent, void> {
    const [first, ...others] = ids;
    if (first !== undefined && others.length === 0) {
      for await (const lines of linesOf(first, options, signal)) yield* toLogLines([{ source: 0, lines }]);
      return;
    }
    const failures: LogEvent[] = [];
    const sources = ids.map(
      (id, source): MergeSource => ({
        open: (over) => linesOf(id, options, over),
        onError: (error) => failures.push({ type: 'failed', source, problem: toAppError(error).problem }),
      }),
    );
    for await (const segments of mergeLogs(sources, { clock }, signal)) {
      yield* failures.splice(0);
      yield* toLogLines(segments);
    }
    yield* failures;
  }

  async function* segmentsOf(ids: readonly MachineId[], range: LogRange, signal: AbortSignal): AsyncGenerator<Segment[], void> {
    const options = { ...range, follow: false, tail: null };
    const [first, ...others] = ids;
    if (first !== undefined && others.length === 0) {
      for await (const lines of linesOf(first, options, signal)) yield [{ source: 0, lines }];
      return;
    }
    let failure: unknown;
    const sources = ids.map((id) => ({
      open: (over: AbortSignal) => linesOf(id, options, over),
      onError: (error: unknown) => {
        failure ??= error;
      },
    }));
    yield* mergeLogs(sources, { clock }, signal);
    // A file that lacks one of the logs must not look whole.
    if (failure !== undefined) throw failure;
  }

  return {
    read,
    async save({ ids, transferId, ...range }, signal) {
      let count = 0;
      const names = ids.map((id) => machine(id).name);
      const label = ids.length === 1 ? () => '' : (source: number) => `${names[source]} `;
      async function* bytes(): AsyncGenerator<Uint8Array, void> {
        let piece = '';
        for await (const segments of segmentsOf(ids, range, signal)) {
          for (const { source, lines } of segments) {
            count += lines.length;
            for (const line of lines) piece += `${textOf(line, label(source))}\n`;
            if (piece.length < PIECE_CHARS) continue;
            yield Buffer.from(piece);
            piece = '';
          }
        }
        if (piece !== '') yield Buffer.from(piece);
      }
      const time = new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '');
      const name = `${ids.length === 1 ? names[0] : `${names[0]}-and-${ids.length - 1}-more`}-${time}.log`;
      await transfers.send(transferId, async () => ({ file: { name, sizeBytes: null }, bytes: bytes() }), signal);
      return { lines: count };
    },
  };
}

/** `2026-11-22T05:03:52.115Z web stderr what it wrote`, colours and all. */
function textOf({ timeMs, stream, text }: LogLine, label: string): string {
  return `${timeMs === null ? '' : `${new Date(timeMs).toISOString()} `}${label}${stream} ${text}`;
}
