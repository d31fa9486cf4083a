import { AppError, type Clock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { type Accelerators, tryAccelerators } from './accelerators.ts';
import { EMULATED_PROCESSOR, type Platform } from './arguments.ts';
import { prepareKernel } from './kernel.ts';
import { readText } from './process.ts';

/** Everything that all guests of a host share. */
export interface PreparedPlatform {
  platform: Platform;
  accelerators: Accelerators;
  /** The host's, as QEMU names it. */
  architecture: string;
  /** The model that its guests see, with all that it can do. */
  processor: string;
  /** The base initramfs, to which every machine's configuration is appended. */
  initrd: Buffer;
}

export interface PlatformOptions {
  host: Host;
  binary: string;
  version: string;
  kernelsDir: string;
  cacheDir: string;
  guestInit: string;
  clock: Clock;
}

/** @throws AppError `kernelMissing`, `kernelUnreadable`, `noAccelerator`, `noSpace` */
export async function preparePlatform(options: PlatformOptions, signal: AbortSignal): Promise<PreparedPlatform> {
  const { host, binary } = options;
  const kernel = await prepareKernel(options, signal);
  const accelerators = await tryAccelerators({ ...options, kernel: kernel.kernel, initrd: kernel.initrd.q35 }, signal);
  const emulated = accelerators.name === 'tcg';
  const machines = await host.exec([binary, '-M', 'help'], {}, signal);
  // Without its clock's speed an emulated guest on microvm hangs now and then.
  const microvm = /^microvm /m.test(machines.stdout.toString()) && (!emulated || accelerators.tscKhz !== null);
  const machine = microvm ? 'microvm' : 'q35';
  return {
    platform: {
      binary,
      machine,
      accelerator: accelerators.name,
      tscKhz: microvm && emulated ? accelerators.tscKhz : null,
      kernel: kernel.kernel,
    },
    accelerators,
    architecture: (await host.facts(signal)).architecture,
    processor: emulated ? EMULATED_PROCESSOR : await ownProcessor(host, signal),
    initrd: await host.readFile(kernel.initrd[machine], signal),
  };
}

/** Hardware gives a guest the host's own. */
async function ownProcessor(host: Host, signal: AbortSignal): Promise<string> {
  const lines = (await readText(host, '/proc/cpuinfo', signal)).split('\n');
  return lines
    .filter((line) => /^(model name|flags|Features)\s*:/.test(line))
    .slice(0, 2)
    .join('; ');
}

/** @throws AppError `qemuMissing` */
export async function findQemu(host: Host, signal: AbortSignal): Promise<{ binary: string; version: string }> {
  const binary = 'qemu-system-x86_64';
  try {
    const { stdout } = await host.exec([binary, '--version'], {}, signal);
    const version = /version (\S+)/.exec(stdout.toString())?.[1];
    if (version !== undefined) return { binary, version };
  } catch (error) {
    if (!(error instanceof AppError) || error.reason !== 'commandMissing') throw error;
  }
  throw new AppError('qemuMissing');
}
