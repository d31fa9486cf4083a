import type { LogEvent, LogLine, LogRequest, LogSaveRequest, Machine, MachineId } from '../contract/index.ts';
import { type Clock, toAppError } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import type { Transfers } from '../transfers/index.ts';
import { toLogLines } from './log-lines.ts';
import { type MergeSource, mergeLogs } from './merge.ts';
import type { Segment } from './merger.ts';

/** A file is written in pieces of about so many characters. */
const PIECE_CHARS = 256 * 1024;
/** No line waits longer for others, and nobody sees it. */
const GATHER_MS = 10;

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

  /** @param onError is told which of many could not be read (on); of a single one it is thrown */
  async function* segmentsOf(
    { ids, ...options }: LogRequest,
    onError: (error: unknown, source: number) => void,
    signal: AbortSignal,
  ): AsyncGenerator<Segment[], void> {
    const failures: unknown[] = [];
    const sources = ids.map(
      (id, source): MergeSource => ({
        open: (over) => driverOf(id).logs.read(id, options, over),
        onError: (error) => (ids.length === 1 ? failures.push(error) : onError(error, source)),
      }),
    );
    yield* mergeLogs(sources, { clock }, signal);
    if (failures.length > 0) throw failures[0];
  }

  async function* read(request: LogRequest, signal: AbortSignal): AsyncGenerator<LogEvent, void> {
    const failures: LogEvent[] = [];
    const onError = (error: unknown, source: number) => failures.push({ type: 'failed', source, problem: toAppError(error).problem });
    for await (const segments of segmentsOf(request, onError, signal)) {
      yield* failures.splice(0);
      yield* toLogLines(segments);
      // A message costs as much as a hundred lines: those of a flood, which an engine gives in small pieces, are gathered.
      await clock.sleep(GATHER_MS, signal).catch(() => {});
    }
    yield* failures;
  }

  return {
    read,
    async save({ ids, transferId, ...range }, signal) {
      let count = 0;
      const names = ids.map((id) => machine(id).name);
      const label = ids.length === 1 ? () => '' : (source: number) => `${names[source]} `;
      async function* bytes(): AsyncGenerator<Uint8Array, void> {
        let piece = '';
        let failure: unknown;
        const onError = (error: unknown) => {
          failure ??= error;
        };
        for await (const segments of segmentsOf({ ids, ...range, follow: false, tail: null }, onError, signal)) {
          for (const { source, lines } of segments) {
            count += lines.length;
            for (const line of lines) piece += `${textOf(line, label(source))}\n`;
            if (piece.length < PIECE_CHARS) continue;
            yield Buffer.from(piece);
            piece = '';
          }
        }
        // A file that lacks one of the logs must not look whole.
        if (failure !== undefined) throw failure;
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
