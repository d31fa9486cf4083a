import type { PortForward } from '../../contract/index.ts';
import type { Argv } from '../../hosts/host.ts';
import type { Definition } from './definition.ts';
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

/** What of a definition QEMU is told. */
export type MachineSize = Pick<Definition, 'name' | 'cpus' | 'memoryBytes' | 'ports'>;

export interface QemuOptions {
  machine: MachineSize;
  files: VmFiles;
  platform: Platform;
  /** Its memory in a file: `shared` writes it there (a template is made), else it is only read (a clone). Without: of its own. */
  memory?: { path: string; shared: boolean };
}

/**
 * The whole command of a virtual machine, as it is started: detached, with its sockets in its own folder.
 * Why each choice: docs/decisions/0007-qemu-command.md
 */
export function qemuArguments({ machine, files, platform, memory }: QemuOptions): Argv {
  // microvm has its devices on memory-mapped buses, q35 on PCI.
  const bus = platform.machine === 'microvm' ? 'device' : 'pci';
  return [
    platform.binary,
    ...['-name', `guest=${option(machine.name)}`],
    ...machineArguments(platform, machine, memory !== undefined),
    ...['-m', String(mebibytes(machine))],
    ...(memory === undefined ? [] : memoryArguments(machine, memory)),
    ...['-smp', String(machine.cpus)],
    ...['-nodefaults', '-no-user-config', '-no-reboot'],
    ...['-display', 'none'],
    ...['-kernel', platform.kernel, '-initrd', files.initrd],
    ...['-append', kernelLine(platform, machine.cpus)],
    ...['-chardev', `file,id=boot,path=${option(files.bootLog)}`, '-serial', 'chardev:boot'],
    ...['-blockdev', JSON.stringify(blockDevice(files.disk)), '-device', `virtio-blk-${bus},id=disk,drive=root`],
    ...['-netdev', ['user,id=net', ...machine.ports.map((port) => `hostfwd=${forwardRule(port)}`)].join(',')],
    ...['-device', `virtio-net-${bus},netdev=net${platform.machine === 'q35' ? ',romfile=' : ''}`],
    ...['-device', `virtio-serial-${bus},max_ports=8`],
    ...port('catamaran.log', 'log', `file,path=${option(files.outputLog)},append=on`),
    ...port('catamaran.events', 'events', `file,path=${option(files.events)},append=on`),
    ...port('catamaran.agent', 'agent', socket(files.agent)),
    ...port('catamaran.console', 'console', socket(files.console)),
    ...['-device', `virtio-balloon-${bus},id=balloon,free-page-reporting=on`],
    ...['-device', `virtio-rng-${bus}`],
    ...['-chardev', `socket,id=qmp,${socketOptions(files.qmp)}`, '-mon', 'chardev=qmp,mode=control'],
    // What -daemonize itself needs (fork, setsid) cannot be denied too.
    ...['-sandbox', 'on,obsolete=deny,resourcecontrol=deny'],
    ...['-daemonize', '-pidfile', files.pid, '-D', files.qemuLog],
  ];
}

/** A guest that only says that it runs (no configuration in its initramfs), on the machine that needs no help with clocks. */
export function trialArguments(of: { binary: string; accelerator: string; kernel: string; initrd: string }): Argv {
  const platform: Platform = { ...of, machine: 'q35', tscKhz: null };
  return [
    of.binary,
    ...machineArguments(platform, { cpus: 1, memoryBytes: 128 * MIB }, false),
    ...['-m', '128', '-nodefaults', '-no-user-config', '-no-reboot', '-display', 'none'],
    ...['-kernel', of.kernel, '-initrd', of.initrd, '-append', kernelLine(platform, 1)],
    ...['-chardev', 'stdio,id=boot,signal=off', '-serial', 'chardev:boot'],
  ];
}

function mebibytes({ memoryBytes }: Pick<Definition, 'memoryBytes'>): number {
  return Math.ceil(memoryBytes / MIB);
}

/** A clone waits for its state; its memory is there already. */
function memoryArguments(machine: MachineSize, { path, shared }: { path: string; shared: boolean }): string[] {
  const backend = `memory-backend-file,id=mem,size=${mebibytes(machine)}M,mem-path=${option(path)},share=${shared ? 'on' : 'off'}`;
  return ['-object', backend, ...(shared ? [] : ['-incoming', 'defer'])];
}

function machineArguments(platform: Platform, size: Pick<Definition, 'cpus' | 'memoryBytes'>, memoryInFile: boolean): string[] {
  const kind = platform.machine === 'microvm' ? 'microvm,x-option-roms=off,rtc=on' : 'q35';
  const machine = memoryInFile ? `${kind},memory-backend=mem` : kind;
  const emulated = platform.accelerator === 'tcg';
  // The cache of translated code would otherwise take most of a small guest's memory.
  const accelerator = emulated ? `tcg,tb-size=${size.memoryBytes > 1024 * MIB ? 256 : 128}` : platform.accelerator;
  // Under emulation every feature of `max` is paid for; under acceleration the host's own processor costs nothing.
  return ['-M', machine, '-accel', accelerator, '-cpu', emulated ? 'qemu64' : 'host'];
}

/** Each word saves time that was measured; a panic ends QEMU (with -no-reboot) instead of hanging. */
function kernelLine(platform: Platform, cpus: number): string {
  const words = ['console=ttyS0', 'quiet', 'panic=-1', 'noreplace-smp', 'cryptomgr.notests'];
  if (platform.tscKhz !== null) words.push(`tsc_early_khz=${platform.tscKhz}`);
  if (platform.tscKhz !== null && cpus > 1) words.push('tsc=reliable');
  return words.join(' ');
}

function blockDevice(path: string): object {
  return { driver: 'qcow2', 'node-name': 'root', discard: 'unmap', file: { driver: 'file', filename: path, discard: 'unmap' } };
}

/** `tcp:127.0.0.1:8080-:80`, as `hostfwd` and the monitor take it. */
export function forwardRule(port: PortForward): string {
  return `${hostSide(port)}-:${port.machinePort}`;
}

/** The part that names a forward when it is taken away. */
export function hostSide(port: PortForward): string {
  return `${port.protocol}:${port.hostAddress}:${port.hostPort}`;
}

function port(name: string, id: string, chardev: string): string[] {
  const [kind, ...rest] = chardev.split(',');
  return ['-chardev', [kind, `id=${id}`, ...rest].join(','), '-device', `virtserialport,chardev=${id},name=${name}`];
}

function socket(path: string): string {
  return `socket,${socketOptions(path)}`;
}

function socketOptions(path: string): string {
  return `path=${option(path)},server=on,wait=off`;
}

/** In QEMU's options a comma is doubled. */
function option(value: string): string {
  return value.replaceAll(',', ',,');
}
