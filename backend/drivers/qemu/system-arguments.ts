import type { MachineType, VmDisk } from '../../contract/index.ts';
import type { Argv } from '../../hosts/host.ts';
import { firmwareLogArguments } from './boot-watch.ts';
import type { Companions } from './companions.ts';
import type { Definition, System } from './definition.ts';
import type { FirmwareFiles } from './firmware.ts';
import { folderArguments, networkArguments, serialArguments, sizeArguments, tpmArguments } from './hardware-arguments.ts';
import { portArguments, portOf } from './hot-plug.ts';
import { blockDevice, controlArguments, ON_DISK_ERROR, option, processorArguments, serialPort, socket, virtio } from './qemu-options.ts';
import type { VmFiles } from './vm-files.ts';

export interface SystemOptions {
  definition: Definition;
  guest: System;
  files: VmFiles;
  /** `qemu-system-x86_64` */
  binary: string;
  accelerator: string;
  /** Null: the BIOS that QEMU brings. */
  firmware: FirmwareFiles | null;
  companions: Companions;
}

/** microvm has no clock of the day and the older virtio unless it is told; its ACPI, by which SeaBIOS finds disks, is there by itself. */
const MACHINES: Record<MachineType, string> = { q35: 'q35', virt: 'virt', microvm: 'microvm,rtc=on' };
const MODERN_VIRTIO = ['-global', 'virtio-mmio.force-legacy=false'];

/** The whole command of a machine with an operating system of its own: its firmware finds what to boot. */
export function systemArguments({ definition, guest, files, binary, accelerator, firmware, companions }: SystemOptions): Argv {
  const { hardware } = guest;
  return [
    binary,
    ...['-name', `guest=${option(definition.name)}`],
    ...['-M', MACHINES[hardware.machine], ...processorArguments(accelerator, { memoryBytes: definition.memoryBytes, emulated: 'max' })],
    ...(hardware.machine === 'microvm' ? MODERN_VIRTIO : []),
    ...sizeArguments(definition, guest, companions),
    ...['-nodefaults', '-no-user-config'],
    ...(firmware === null ? [] : firmwareArguments(firmware)),
    ...firmwareLogArguments(guest, option(files.firmwareLog)),
    ...screenArguments(guest, files),
    ...(guest.generationId === undefined || hardware.machine !== 'q35' ? [] : ['-device', `vmgenid,guid=${guest.generationId}`]),
    ...(companions.tpm ? tpmArguments(guest, files) : []),
    ...serialArguments(guest, files),
    ...portArguments(definition),
    ...definition.disks.flatMap((disk, index) =>
      diskArguments(disk, { index, guest, files, bus: portOf(definition, disk), port: sataPort(definition, disk) }),
    ),
    ...cdromArguments(guest),
    ...seedArguments(definition, guest, files),
    ...folderArguments(companions.folders, hardware),
    ...networkArguments(definition, guest),
    ...['-device', virtio(hardware, 'virtio-serial')],
    ...serialPort('org.qemu.guest_agent.0', 'qga', socket(files.guestAgent)),
    ...['-device', `${virtio(hardware, 'virtio-balloon')},id=balloon,free-page-reporting=on`, '-device', virtio(hardware, 'virtio-rng')],
    ...controlArguments(files),
  ];
}

function firmwareArguments({ code, variables }: FirmwareFiles): string[] {
  if (variables === null) return ['-bios', code];
  const flash = (unit: number, path: string, readOnly: boolean) =>
    `if=pflash,unit=${unit},format=raw,readonly=${readOnly ? 'on' : 'off'},file=${option(path)}`;
  return ['-drive', flash(0, code, true), '-drive', flash(1, variables, false)];
}

function screenArguments({ hardware }: System, files: VmFiles): string[] {
  if (hardware.display === 'none') return ['-display', 'none'];
  const std = hardware.architecture === 'x86_64' ? 'VGA' : 'ramfb';
  const virtio = hardware.architecture === 'x86_64' ? 'virtio-vga' : 'virtio-gpu-pci';
  return [
    ...['-display', 'none', '-vnc', `unix:${option(files.vnc)}`],
    ...['-device', `${hardware.display === 'std' ? std : virtio},id=screen`],
    // A tablet says where the pointer is, so that it need not be caught.
    ...['-device', 'qemu-xhci,id=usb', '-device', 'usb-tablet,bus=usb.0'],
    // A PC has its own keyboard, which interrupts: a BIOS looks at one on USB so seldom that ends of keys are lost.
    ...(hardware.architecture === 'x86_64' ? [] : ['-device', 'usb-kbd,bus=usb.0']),
  ];
}

/** A PC's SATA has six ports with one device each, and QEMU does not look for a free one. */
const PORTS = { seed: 4, cdrom: 5 } as const;

function sataPort({ disks }: Definition, disk: VmDisk): number {
  return disks.filter(({ bus }) => bus === 'sata').indexOf(disk);
}

/** On the bus that its root disk is on, for that one its system can read. */
function seedArguments({ disks }: Definition, { cloudInit, hardware }: System, files: VmFiles): string[] {
  if (cloudInit === undefined) return [];
  const node = { driver: 'raw', 'node-name': 'seed', 'read-only': true, file: { driver: 'file', filename: files.seed } };
  const device = disks[0]?.bus === 'sata' && hardware.machine === 'q35' ? `ide-cd,bus=ide.${PORTS.seed}` : virtio(hardware, 'virtio-blk');
  return ['-blockdev', JSON.stringify(node), '-device', `${device},id=seed,drive=seed`];
}

/** Disks come after each other in the firmware's order, before or after the disc. */
function diskArguments(disk: VmDisk, of: { index: number; guest: System; files: VmFiles; bus: string | null; port: number }): string[] {
  const { index, guest, files, bus, port } = of;
  const order = (guest.hardware.bootFrom === 'disk' ? 1 : 10) + index;
  const device = disk.bus === 'sata' ? `ide-hd,bus=ide.${port}` : virtio(guest.hardware, 'virtio-blk');
  return [
    '-blockdev',
    blockDevice(files, disk),
    '-device',
    `${device},id=disk-${disk.id},drive=${disk.id},${ON_DISK_ERROR},bootindex=${order}${bus === null ? '' : `,bus=${bus}`}`,
  ];
}

function cdromArguments({ hardware }: System): string[] {
  if (hardware.cdrom === null) return [];
  const { path } = hardware.cdrom;
  const order = hardware.bootFrom === 'cdrom' ? 1 : 20;
  const hasSata = hardware.machine === 'q35';
  const bus = hasSata ? [] : ['-device', `${virtio(hardware, 'virtio-scsi')},id=scsi`];
  const device = `${hasSata ? `ide-cd,bus=ide.${PORTS.cdrom}` : 'scsi-cd,bus=scsi.0'},id=cdrom,bootindex=${order}`;
  if (path === null) return [...bus, '-device', device];
  const node = { driver: 'raw', 'node-name': 'disc', 'read-only': true, file: { driver: 'file', filename: path } };
  return [...bus, '-blockdev', JSON.stringify(node), '-device', `${device},drive=disc`];
}
