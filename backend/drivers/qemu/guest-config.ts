import { AppError } from '../../core/index.ts';
import { packCpio } from './cpio.ts';

/** What the guest's init is told at every start (assets/guest/init/config.c reads it). */
export interface GuestConfig {
  hostname: string;
  argv: readonly string[];
  /** `KEY=value` */
  env: readonly string[];
  workingDir: string;
  /** Twelve hexadecimal digits. */
  mac: string;
  /** 32 hexadecimal digits, for /etc/machine-id. */
  machineId: string;
  /** Folders that are there when the process starts. */
  volumes: readonly string[];
  /** As the image says it: `name|uid[:group|gid]`, empty for root. */
  user: string;
  stopSignal: number;
  /** Milliseconds since 1970, taken right before the start. */
  timeMs: number;
  /** Null: no limit. */
  processes: number | null;
  /** Fresh random bytes, at most 64: without them the guest's first reader of random numbers would wait. */
  seed: Uint8Array;
}

/** Pairs of NUL-terminated key and value, so that C needs no parser. @throws AppError `invalidInput` */
export function formatGuestConfig(config: GuestConfig): string {
  const pairs: [string, string][] = [
    ['hostname', config.hostname],
    ['workdir', config.workingDir === '' ? '/' : config.workingDir],
    ['user', config.user],
    ['machine-id', config.machineId],
    ['mac', config.mac],
    ['stop-signal', String(config.stopSignal)],
    ['time-ms', String(Math.round(config.timeMs))],
    ['processes', String(config.processes ?? 0)],
    ['seed', Buffer.from(config.seed).toString('hex')],
    ...config.argv.map((value): [string, string] => ['arg', value]),
    ...config.volumes.map((value): [string, string] => ['volume', value]),
    ...config.env.map((value): [string, string] => ['env', value]),
  ];
  for (const [key, value] of pairs) {
    if (value.includes('\0'))
      throw new AppError('invalidInput', { field: key, message: 'it holds a NUL character, which no program can be given' });
  }
  return pairs.map(([key, value]) => `${key}\0${value}\0`).join('');
}

/** An archive that is appended to the initramfs. */
export function packGuestConfig(config: GuestConfig): Buffer {
  return packConfig(formatGuestConfig(config));
}

/** As `packGuestConfig`, for a guest that becomes a template: it waits for its configuration instead of having one. */
export function packTemplateConfig(): Buffer {
  return packConfig('template\0yes\0');
}

function packConfig(text: string): Buffer {
  return packCpio([{ path: 'config', mode: 0o600, content: Buffer.from(text) }]);
}

/** Numbers on Linux, x86 and arm64. */
const SIGNALS: Record<string, number> = { HUP: 1, INT: 2, QUIT: 3, KILL: 9, USR1: 10, USR2: 12, TERM: 15, WINCH: 28, PWR: 30 };

/** The number of an image's stop signal (`SIGQUIT`, `QUIT`, `3`, `SIGRTMIN+3`); SIGTERM when it names none that is known. */
export function signalNumber(name: string | null): number {
  if (name === null || name === '') return 15;
  const plain = name.toUpperCase().replace(/^SIG/, '');
  const realTime = /^RTMIN\+(\d+)$/.exec(plain);
  if (realTime !== null) return 34 + Number(realTime[1]);
  const number = /^\d+$/.test(plain) ? Number(plain) : SIGNALS[plain];
  return number !== undefined && number > 0 && number < 65 ? number : 15;
}
