import type { LogLine } from '../../contract/index.ts';
import type { Clock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { LogOptions } from '../driver.ts';
import { inRange } from '../log-range.ts';
import { BootLines, bootLines, LogParser } from './log-format.ts';
import type { Vm } from './vm.ts';

const FIRST_WINDOW_BYTES = 256 * 1024;
const TAIL_LIMIT_BYTES = 512 * 1024 * 1024;

/** The boot log of the last run, then what the workload wrote in all runs; of a system, its serial console of all runs. @param of.vm throws when there is no such machine */
export async function* readLogs(
  of: { host: Host; vm: () => Vm; options: LogOptions },
  signal: AbortSignal,
): AsyncGenerator<LogLine[], void> {
  const read = of.vm().isSystem ? readConsole : readAll;
  yield* inRange(read({ ...of, ...of.options }, signal), of.options);
}

async function* readAll(
  of: { host: Host; vm: () => Vm; follow: boolean; tail: number | null },
  signal: AbortSignal,
): AsyncGenerator<LogLine[], void> {
  const { host, tail } = of;
  const vm = of.vm();
  const parser = new LogParser();
  let boot = await bytesFrom(host, { path: vm.files.bootLog, offset: 0 }, signal);
  let bootSize = boot.length;
  let offset = 0;
  if (tail === null) {
    if (boot.length > 0) yield bootLines(boot);
  } else {
    const end = await lastLines(host, { path: vm.files.outputLog, count: tail }, signal);
    const lines = parser.push(end.bytes).slice(-tail || Number.POSITIVE_INFINITY);
    offset = end.nextOffset;
    const room = tail - lines.length;
    const all = [...(room > 0 ? bootLines(boot).slice(-room) : []), ...lines];
    if (all.length > 0) yield all;
  }
  const size = (await host.stat(vm.files.outputLog, signal))?.sizeBytes ?? 0;
  const source = of.follow
    ? untilEnded({ host, vm, path: vm.files.outputLog }, offset, signal)
    : upTo(host, { path: vm.files.outputLog, from: offset, to: size }, signal);
  for await (const chunk of source) {
    const lines = parser.push(chunk);
    if (lines.length > 0) yield lines;
  }
  if (signal.aborted) return;
  const last = parser.end();
  if (of.follow) {
    // A kernel that panicked has said so by now.
    boot = await bytesFrom(host, { path: vm.files.bootLog, offset: bootSize }, signal);
    bootSize += boot.length;
    last.push(...bootLines(boot));
  }
  if (last.length > 0) yield last;
}

async function* readConsole(
  of: { host: Host; vm: () => Vm; follow: boolean; tail: number | null },
  signal: AbortSignal,
): AsyncGenerator<LogLine[], void> {
  const { host, tail } = of;
  const vm = of.vm();
  const path = vm.files.bootLog;
  const lines = new BootLines();
  const size = (await host.stat(path, signal))?.sizeBytes ?? 0;
  const start = tail === null ? { bytes: Buffer.alloc(0), nextOffset: 0 } : await lastLines(host, { path, count: tail }, signal);
  const first = lines.push(start.bytes).slice(-(tail ?? 0) || Number.POSITIVE_INFINITY);
  if (first.length > 0) yield first;
  const from = start.nextOffset;
  const source = of.follow ? untilEnded({ host, vm, path }, from, signal) : upTo(host, { path, from, to: size }, signal);
  for await (const chunk of source) {
    const found = lines.push(chunk);
    if (found.length > 0) yield found;
  }
  const last = signal.aborted ? [] : lines.end();
  if (last.length > 0) yield last;
}

/** See LogsFacet.firstOutput. */
export async function awaitFirstOutput(
  of: { host: Host; vm: Vm; clock: Clock },
  signal: AbortSignal,
): Promise<{ seen: Promise<number | null> }> {
  const { host, vm, clock } = of;
  const path = vm.isSystem ? vm.files.bootLog : vm.files.outputLog;
  const sizeNow = async () => (await host.stat(path, signal))?.sizeBytes ?? 0;
  const upBefore = vm.connection !== null;
  const sizeBefore = await sizeNow();
  const watch = async (): Promise<number | null> => {
    if (upBefore) await vm.ended(signal);
    const over = new AbortController();
    const ended = vm
      .launched(signal)
      .then((isUp) => (isUp ? vm.ended(signal) : undefined))
      // Not waited for once the first byte was seen.
      .catch(() => {})
      .finally(() => over.abort());
    const from = upBefore ? await sizeNow() : sizeBefore;
    let bytes = 0;
    for await (const chunk of host.follow(path, from, AbortSignal.any([signal, over.signal]))) {
      bytes += chunk.length;
      if (bytes > vm.run.logBytes) return clock.monotonic();
    }
    await ended;
    return (await sizeNow()) > from + vm.run.logBytes ? clock.monotonic() : null;
  };
  // Nobody waits any more when the signal has aborted.
  return { seen: watch().catch(() => null) };
}

/** What is appended while the machine runs, and the rest when it has ended. */
async function* untilEnded(of: { host: Host; vm: Vm; path: string }, from: number, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  const { host, vm, path } = of;
  const over = new AbortController();
  const ended = vm.ended(signal).then(
    () => over.abort(),
    () => over.abort(),
  );
  let offset = from;
  for await (const chunk of host.follow(path, offset, AbortSignal.any([signal, over.signal]))) {
    offset += chunk.length;
    yield chunk;
  }
  await ended;
  if (!signal.aborted) yield await bytesFrom(host, { path, offset }, signal);
}

async function* upTo(host: Host, of: { path: string; from: number; to: number }, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  if (of.to <= of.from) return;
  const enough = new AbortController();
  let left = of.to - of.from;
  for await (const chunk of host.follow(of.path, of.from, AbortSignal.any([signal, enough.signal]))) {
    yield chunk.subarray(0, left);
    left -= chunk.length;
    if (left <= 0) return enough.abort();
  }
}

/** At least `count` records from the end of a file that may grow meanwhile, and where to read on. */
async function lastLines(
  host: Host,
  of: { path: string; count: number },
  signal: AbortSignal,
): Promise<{ bytes: Buffer; nextOffset: number }> {
  const size = (await host.stat(of.path, signal))?.sizeBytes ?? 0;
  for (let window = FIRST_WINDOW_BYTES; ; window *= 8) {
    const offset = Math.max(0, size - window);
    const bytes = await bytesFrom(host, { path: of.path, offset }, signal);
    const enough = count(bytes, 10) > of.count;
    if (!enough && offset > 0 && window < TAIL_LIMIT_BYTES / 8) continue;
    // A window that begins inside a record loses that one.
    const start = offset === 0 ? 0 : bytes.indexOf(10) + 1;
    return { bytes: of.count === 0 ? Buffer.alloc(0) : bytes.subarray(start), nextOffset: offset + bytes.length };
  }
}

export async function bytesFrom(host: Host, of: { path: string; offset: number }, signal: AbortSignal): Promise<Buffer> {
  if ((await host.stat(of.path, signal)) === null) return Buffer.alloc(0);
  const result = await host.exec(['tail', '-c', `+${of.offset + 1}`, of.path], { maxBytes: TAIL_LIMIT_BYTES }, signal);
  return result.stdout;
}

function count(bytes: Buffer, byte: number): number {
  let found = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) found++;
  return found;
}
