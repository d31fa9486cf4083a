import type { Argv } from '../../hosts/host.ts';
import type { Definition } from './definition.ts';
import {
  blockDevice,
  controlArguments,
  mebibytes,
  ON_DISK_ERROR,
  option,
  processorArguments,
  serialPort,
  socket,
  userNetwork,
} from './qemu-options.ts';
import type { VmFiles } from './vm-files.ts';

/** What runs guests on a host, once it is known. */
export interface Platform {
  /** `qemu-system-x86_64` */
  binary: string;
  machine: 'microvm' | 'q35';
  accelerator: string;
  /** The processor's clock, which a guest on microvm has nothing to measure by; null where that is not needed. */
  tscKhz: number | null;
  /** Path of the unpacked kernel. */
  kernel: string;
}

const MIB = 1024 * 1024;

/**
 * Under emulation every feature of `max` is paid for; under acceleration the host's own processor costs nothing. `arat`: its timer
 * never stops, so that a kernel with nothing to do need not be woken 250 times a second.
 */
export const EMULATED_PROCESSOR = 'qemu64,+arat';

/** What of a definition QEMU is told. */
export type MachineSize = Pick<Definition, 'name' | 'cpus' | 'memoryBytes' | 'ports' | 'disks'>;

export interface WorkloadOptions {
  machine: MachineSize;
  files: VmFiles;
  platform: Platform;
  /**
   * Its memory in a file: `shared` writes it there (a template is made), else it is only read (a clone). Path null: its own, under
   * the name that a clone's has. Without: its own.
   */
  memory?: { path: string | null; shared: boolean };
}

/**
 * The whole command of a workload's machine, as it is started: detached, with its sockets in its own folder.
 * Why each choice: docs/decisions/0007-qemu-command.md
 */
export function workloadArguments({ machine, files, platform, memory }: WorkloadOptions): Argv {
  // microvm has its devices on memory-mapped buses, q35 on PCI.
  const bus = platform.machine === 'microvm' ? 'device' : 'pci';
  return [
    platform.binary,
    ...['-name', `guest=${option(machine.name)}`],
    ...machineArguments(platform, machine, memory !== undefined),
    ...['-m', String(mebibytes(machine.memoryBytes))],
    ...(memory === undefined ? [] : memoryArguments(machine, memory)),
    ...['-smp', String(machine.cpus)],
    ...['-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-display', 'none'],
    ...['-kernel', platform.kernel, '-initrd', files.initrd],
    ...['-append', kernelLine(platform)],
    ...['-chardev', `file,id=boot,path=${option(files.bootLog)}`, '-serial', 'chardev:boot'],
    ...machine.disks.flatMap((disk) => [
      ...['-blockdev', blockDevice(files, disk)],
      ...['-device', `virtio-blk-${bus},id=disk-${disk.id},drive=${disk.id},${ON_DISK_ERROR}`],
    ]),
    // Without IPv6, as an engine's networks are: its routers would be heard of in every clone's first moments.
    ...['-netdev', `${userNetwork(machine.ports)},ipv6=off`],
    // Nobody else is on its network who would have to hear that it goes on here.
    ...['-device', `virtio-net-${bus},id=nic,netdev=net,guest_announce=off${platform.machine === 'q35' ? ',romfile=' : ''}`],
    ...['-device', `virtio-serial-${bus},max_ports=8`],
    ...serialPort('catamaran.log', 'log', `file,path=${option(files.outputLog)},append=on`),
    ...serialPort('catamaran.events', 'events', `file,path=${option(files.events)},append=on`),
    ...serialPort('catamaran.agent', 'agent', socket(files.agent)),
    ...serialPort('catamaran.console', 'console', socket(files.console)),
    ...['-device', `virtio-balloon-${bus},id=balloon,free-page-reporting=on`],
    ...['-device', `virtio-rng-${bus}`],
    ...controlArguments(files),
  ];
}

/** A guest that only says that it runs (no configuration in its initramfs), on the machine that needs no help with clocks. */
export function trialArguments(of: { binary: string; accelerator: string; kernel: string; initrd: string }): Argv {
  const platform: Platform = { ...of, machine: 'q35', tscKhz: null };
  return [
    of.binary,
    ...machineArguments(platform, { memoryBytes: 128 * MIB }, false),
    ...['-m', '128', '-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-kernel', of.kernel, '-initrd', of.initrd, '-append', kernelLine(platform)],
    ...['-chardev', 'stdio,id=boot,signal=off', '-serial', 'chardev:boot'],
  ];
}

/** A clone waits for its state; its memory is there already. */
function memoryArguments({ memoryBytes }: MachineSize, { path, shared }: { path: string | null; shared: boolean }): string[] {
  const size = mebibytes(memoryBytes);
  if (path === null) return ['-object', `memory-backend-ram,id=mem,size=${size}M`];
  const backend = `memory-backend-file,id=mem,size=${size}M,mem-path=${option(path)},share=${shared ? 'on' : 'off'}`;
  return ['-object', backend, ...(shared ? [] : ['-incoming', 'defer'])];
}

function machineArguments(platform: Platform, { memoryBytes }: Pick<Definition, 'memoryBytes'>, memoryInFile: boolean): string[] {
  const kind = platform.machine === 'microvm' ? 'microvm,x-option-roms=off,rtc=on' : 'q35';
  const machine = memoryInFile ? `${kind},memory-backend=mem` : kind;
  return ['-M', machine, ...processorArguments(platform.accelerator, { memoryBytes, emulated: EMULATED_PROCESSOR })];
}

/**
 * Each word saves time that was measured; a panic ends QEMU (with -no-reboot) instead of hanging. Security modules that are there
 * for a system's own rules have none here. A watchdog of the kernel would take a busy host for a hanging guest, and QEMU's clock
 * (`tsc`) for a broken one: it would fall back on counting ticks then. What an emulated kernel does against a processor's guessing is
 * lost on one that does not guess: the translated code is what runs.
 */
function kernelLine(platform: Platform): string {
  const words = ['console=ttyS0', 'quiet', 'panic=-1', 'noreplace-smp', 'cryptomgr.notests', 'lsm=landlock,yama', 'nowatchdog', 'psi=0'];
  if (platform.accelerator === 'tcg') words.push('mitigations=off');
  if (platform.tscKhz !== null) words.push(`tsc_early_khz=${platform.tscKhz}`, 'tsc=reliable');
  return words.join(' ');
}
