import type { PortForward, VmDisk, VmHardware } from '../../contract/index.ts';
import { diskPath, type VmFiles } from './vm-files.ts';

const MIB = 1024 * 1024;

export function mebibytes(memoryBytes: number): number {
  return Math.ceil(memoryBytes / MIB);
}

/** A virtio device of a system's machine: microvm has a bus of its own for these and no PCI. */
export function virtio({ machine }: Pick<VmHardware, 'machine'>, kind: string): string {
  return `${kind}-${machine === 'microvm' ? 'device' : 'pci'}`;
}

/** `-accel` and `-cpu`. */
export function processorArguments(accelerator: string, of: { memoryBytes: number; emulated: string }): string[] {
  if (accelerator !== 'tcg') return ['-accel', accelerator, '-cpu', 'host'];
  // The cache of translated code would otherwise take most of a small guest's memory.
  return ['-accel', `tcg,tb-size=${of.memoryBytes > 1024 * MIB ? 256 : 128}`, '-cpu', of.emulated];
}

/** The block node is named after the disk, its device `disk-<id>`. */
export function blockNode(files: VmFiles, disk: VmDisk): object {
  const file = { driver: 'file', filename: diskPath(files, disk), discard: 'unmap' };
  return { driver: disk.format, 'node-name': disk.id, 'read-only': !disk.writable, discard: 'unmap', file };
}

export function blockDevice(files: VmFiles, disk: VmDisk): string {
  return JSON.stringify(blockNode(files, disk));
}

/**
 * When the host cannot write (its disk is full) or read, the machine is paused and asks again when it is resumed: its guest
 * never hears of it, and loses nothing.
 */
export const ON_DISK_ERROR = 'werror=stop,rerror=stop';

export function userNetwork(ports: readonly PortForward[]): string {
  return ['user,id=net', ...ports.map((port) => `hostfwd=${forwardRule(port)}`)].join(',');
}

/** `tcp:127.0.0.1:8080-:80`, as `hostfwd` and the monitor take it. */
export function forwardRule(port: PortForward): string {
  return `${hostSide(port)}-:${port.machinePort}`;
}

/** The part that names a forward when it is taken away. */
export function hostSide(port: PortForward): string {
  return `${port.protocol}:${port.hostAddress}:${port.hostPort}`;
}

/** A virtio-serial port of that name. */
export function serialPort(name: string, id: string, chardev: string): string[] {
  const [kind, ...rest] = chardev.split(',');
  return ['-chardev', [kind, `id=${id}`, ...rest].join(','), '-device', `virtserialport,chardev=${id},name=${name}`];
}

export function socket(path: string): string {
  return `socket,${socketOptions(path)}`;
}

export function socketOptions(path: string): string {
  return `path=${option(path)},server=on,wait=off`;
}

export function controlArguments(files: VmFiles): string[] {
  return [
    ...['-chardev', `socket,id=qmp,${socketOptions(files.qmp)}`, '-mon', 'chardev=qmp,mode=control'],
    // What -daemonize itself needs (fork, setsid) cannot be denied too.
    ...['-sandbox', 'on,obsolete=deny,resourcecontrol=deny'],
    ...['-daemonize', '-pidfile', files.pid, '-D', files.qemuLog],
  ];
}

/** In QEMU's options a comma is doubled. */
export function option(value: string): string {
  return value.replaceAll(',', ',,');
}
