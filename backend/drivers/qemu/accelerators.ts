import { posix } from 'node:path';
import { z } from 'zod';
import { AppError, type Clock } from '../../core/index.ts';
import type { Host, HostProcess } from '../../hosts/host.ts';
import { trialArguments } from './arguments.ts';
import { qemuWords } from './errors.ts';
import { cancelled } from './json-channel.ts';

const trial = z.object({
  name: z.string(),
  ms: z.number().nullable(),
  note: z.string().nullable(),
  /** What the guest's kernel measured of the processor's clock. */
  tscKhz: z.number().nullable(),
  /** A guest was started and said nothing: trying again would cost as long again. */
  timedOut: z.boolean(),
});
type Trial = z.infer<typeof trial>;

const cache = z.object({ key: z.string(), trials: z.array(trial) });

export interface Accelerators {
  /** The fastest that works. */
  name: string;
  trials: { name: string; ms: number | null; note: string | null }[];
  /** From an emulated guest; null when none ran. */
  tscKhz: number | null;
}

export interface AcceleratorOptions {
  host: Host;
  binary: string;
  version: string;
  kernel: string;
  /** The base initramfs for q35: without a configuration its init says that it runs, and powers off. */
  initrd: string;
  cacheDir: string;
  clock: Clock;
}

/** Hardware runs a guest in a fraction of a second, or not at all; emulation always ends. */
const LIMIT_MS = { hardware: 4000, emulation: 60_000 };

/** QEMU's own test driver, and what needs a hypervisor below us. */
const NOT_TRIED = ['qtest', 'xen'];

/**
 * Runs a tiny guest under each accelerator of this QEMU: that a device is there, may be opened, and makes a processor
 * proves nothing (a paravirtual KVM does all that, and the guest stands still).
 * @throws AppError `noAccelerator`
 */
export async function tryAccelerators(options: AcceleratorOptions, signal: AbortSignal): Promise<Accelerators> {
  const { host } = options;
  const facts = await host.facts(signal);
  const key = [options.version, facts.architecture, facts.kernelRelease, facts.cpus, options.kernel].join(' ');
  const path = posix.join(options.cacheDir, 'accelerators.json');
  const kept = async () => {
    const known = await readCache(host, path, signal);
    return known?.key === key ? known.trials : [];
  };
  const before = await kept();
  const own: Trial[] = [];
  // One after the other: they would slow each other down. Emulation first, its result is needed by all guests.
  for (const name of await listAccelerators(options, signal)) {
    own.push(before.find((one) => one.name === name) ?? (await runTrial(options, name, signal)));
  }
  // Who tried at the same time measured the clock a little differently: what is written first counts for all, as templates go by it.
  const now = await kept();
  const trials = own.map((one) => now.find(({ name }) => name === one.name) ?? one);
  // A refusal (no permission, say) costs nothing to try again, and may be mended meanwhile.
  const lasting = trials.filter((one) => one.ms !== null || one.timedOut);
  if (lasting.length > now.length) await host.writeFile(path, JSON.stringify({ key, trials: lasting }, null, 2), {}, signal);
  const working = trials.filter((one) => one.ms !== null).toSorted((a, b) => (a.ms ?? 0) - (b.ms ?? 0));
  const best = working[0];
  if (best === undefined) {
    const message = trials.map((one) => `${one.name}: ${one.note}`).join('; ');
    throw new AppError('noAccelerator', { host: facts.name, message: message || 'this QEMU has none' });
  }
  return {
    name: best.name,
    trials: trials.map(({ name, ms, note }) => ({ name, ms, note })),
    tscKhz: trials.find((one) => one.name === 'tcg')?.tscKhz ?? null,
  };
}

async function readCache(host: Host, path: string, signal: AbortSignal): Promise<z.infer<typeof cache> | null> {
  if ((await host.stat(path, signal)) === null) return null;
  try {
    return cache.parse(JSON.parse((await host.readFile(path, signal)).toString()));
  } catch (error) {
    // Damaged: the trials are made again, and it is written anew.
    if (signal.aborted) throw error;
    return null;
  }
}

async function listAccelerators({ host, binary }: AcceleratorOptions, signal: AbortSignal): Promise<string[]> {
  const { stdout } = await host.exec([binary, '-accel', 'help'], {}, signal);
  const names = stdout
    .toString()
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => /^[a-z0-9]+$/.test(line) && !NOT_TRIED.includes(line));
  return names.toSorted((a, b) => Number(b === 'tcg') - Number(a === 'tcg'));
}

interface Answer {
  ran: boolean;
  tscKhz: number | null;
  words: string;
}

async function runTrial(options: AcceleratorOptions, name: string, signal: AbortSignal): Promise<Trial> {
  const { host, clock } = options;
  const limitMs = name === 'tcg' ? LIMIT_MS.emulation : LIMIT_MS.hardware;
  const startedAt = clock.monotonic();
  await using guest = await host.spawn(trialArguments({ ...options, accelerator: name }), {}, signal);
  const waiting = new AbortController();
  const timedOut = clock.sleep(limitMs, AbortSignal.any([signal, waiting.signal])).then(
    () => null,
    () => null,
  );
  const answer = await Promise.race([readAnswer(guest), timedOut]);
  waiting.abort();
  if (signal.aborted) throw cancelled(signal);
  if (answer?.ran === true) {
    return { name, ms: Math.round(clock.monotonic() - startedAt), note: null, tscKhz: answer.tscKhz, timedOut: false };
  }
  const note = answer === null ? `it is there, but a guest on it made no progress in ${limitMs / 1000} s` : qemuWords(answer.words);
  return { name, ms: null, note, tscKhz: null, timedOut: answer === null };
}

/** `catamaran trial 2596.121 MHz processor` on the guest's console; `ran` false when the console closes before, with QEMU's words. */
async function readAnswer({ stdout, stderr }: Pick<HostProcess, 'stdout' | 'stderr'>): Promise<Answer> {
  // Read from the beginning: what is said before the console closes may come after that.
  const words = readAll(stderr);
  let text = '';
  for await (const chunk of stdout) {
    text += chunk.toString();
    const found = /catamaran trial (?:([0-9.]+) MHz)?[^\n]*\n/.exec(text);
    if (found === null) continue;
    return { ran: true, tscKhz: found[1] === undefined ? null : Math.round(Number(found[1]) * 1000), words: '' };
  }
  return { ran: false, tscKhz: null, words: await words };
}

/** What came until the stream ended, or was cut off. */
async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  try {
    for await (const chunk of stream) text += chunk.toString();
  } catch {
    // The process was ended.
  }
  return text;
}
