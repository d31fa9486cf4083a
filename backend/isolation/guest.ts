import type { GuestHull } from '../contract/index.ts';
import type { IsolationSubject } from '../drivers/isolation.ts';
import type { Host } from '../hosts/host.ts';
import type { ProcessFiles } from './process-files.ts';
import { type ProcessStatus, parseStatus } from './process-status.ts';

/** What stands on the host in a guest's place: QEMU, as its command and /proc tell. */
export async function guestHullOf(
  of: { files: ProcessFiles; host: Host; subject: Extract<IsolationSubject, { kind: 'vm' }> },
  signal: AbortSignal,
): Promise<GuestHull> {
  const [command, statusText, facts] = await Promise.all([of.files.read('cmdline'), of.files.read('status'), of.host.facts(signal)]);
  const status = parseStatus(statusText);
  return {
    ...of.subject.guest,
    ...readCommand(command.split('\0')),
    hostKernel: facts.kernelRelease,
    residentBytes: kibibytes(status.get('VmRSS')),
    user: userOf(status),
  };
}

/** The parts of QEMU's command that say how thick the hull is. */
export function readCommand(argv: readonly string[]): Pick<GuestHull, 'accelerator' | 'machineType' | 'cpuModel' | 'sandbox' | 'devices'> {
  const values = (...options: string[]) => argv.flatMap((word, index) => (options.includes(word) ? [argv[index + 1] ?? ''] : []));
  const first = (...options: string[]) => values(...options)[0];
  const head = (value: string | undefined) => value?.split(',')[0]?.replace(/^type=/, '') || null;
  return {
    accelerator: head(first('-accel')),
    machineType: head(first('-M', '-machine')),
    cpuModel: head(first('-cpu')),
    sandbox: first('-sandbox') ?? null,
    devices: values('-device').map((device) => (device.startsWith('{') ? driverOf(device) : (device.split(',')[0] ?? ''))),
  };
}

/** QEMU takes devices as JSON too. */
function driverOf(json: string): string {
  try {
    return String((JSON.parse(json) as { driver?: unknown }).driver ?? json);
  } catch {
    return json;
  }
}

function kibibytes(text: string | undefined): number | null {
  const kib = Number.parseInt(text ?? '', 10);
  return Number.isNaN(kib) ? null : kib * 1024;
}

/** The effective ones of `Uid: real effective saved filesystem`. */
function userOf(status: ProcessStatus): string | null {
  const effective = (name: string) => status.get(name)?.split(/\s+/)[1];
  const [user, group] = [effective('Uid'), effective('Gid')];
  return user === undefined || group === undefined ? null : `${user}:${group}`;
}
