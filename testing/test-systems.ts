import type { MachineId, PortForward, VmHardware } from '../backend/contract/index.ts';
import type { VirtualMachinesFacet } from '../backend/drivers/driver.ts';
import { diskOf, ROOT_DISK } from '../backend/drivers/qemu/definition.ts';
import type { Host } from '../backend/hosts/host.ts';
import { TEST_HARDWARE } from './vm-hardware.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;

/** A machine with an operating system of its own, or with none. */
export interface TestSystem {
  name: string;
  /** What differs from `TEST_HARDWARE`. */
  hardware?: Partial<VmHardware>;
  cpus?: number;
  memoryBytes?: number;
  ports?: PortForward[];
  autostart?: boolean;
  userData?: string;
  /** What its disk lies on top of, a qcow2; none: the disk is empty. */
  base?: string;
  /** Null: it has no disk. */
  diskBytes?: number | null;
  /** Writes what the disk holds. */
  write?: (path: string) => Promise<void>;
}

export async function createSystem(vms: VirtualMachinesFacet, host: Host, of: TestSystem): Promise<MachineId> {
  const { name, cpus = 1, memoryBytes = 128 * MIB, ports = [], autostart = false, userData, base, diskBytes = 64 * MIB } = of;
  const cloudInit = userData === undefined ? {} : { cloudInit: { userData, networkConfig: null } };
  const spec = { name, cpus, memoryBytes, ports, autostart, source: null, ...cloudInit };
  const id = await vms.create({ ...spec, hardware: { ...TEST_HARDWARE, ...of.hardware } }, never);
  if (diskBytes !== null) {
    const backing = base === undefined ? [] : ['-b', base, '-F', 'qcow2'];
    const make = async (path: string) => {
      const created = await host.exec(['qemu-img', 'create', '-q', '-f', 'qcow2', ...backing, path, String(diskBytes)], {}, never);
      if (created.exitCode !== 0) throw new Error(created.stderr);
      await of.write?.(path);
    };
    await vms.addDisk(id, diskOf(ROOT_DISK, diskBytes), make, never);
  }
  await vms.finish(id, never);
  return id;
}

/** What the system of `writingSystem` writes, 32 KiB at each step, and what it says on its serial port at the end. */
export const WRITING_SYSTEM = { firstByte: 32 * 1024, endByte: 24 * 1024 * 1024, stepBytes: 32 * 1024, done: 'D' };

/** A boot sector that writes itself, and what comes after it in memory, over and over onto its disk, by the BIOS; then it says `D`. */
const WRITER = Buffer.alloc(512);
WRITER.set(
  [
    ...[0x31, 0xc0, 0x8e, 0xd8], // xor ax,ax; mov ds,ax
    ...[0xbe, 0x40, 0x7c, 0xb8, 0x00, 0x43, 0xcd, 0x13], // again: mov si,7c40; mov ax,4300; int 13
    ...[0x72, 0xf6, 0x83, 0x06, 0x48, 0x7c, 0x40], // jc again; add word [7c48],40
    ...[0x81, 0x3e, 0x48, 0x7c, 0x00, 0xc0, 0x72, 0xe9], // cmp word [7c48],c000; jb again
    ...[0xba, 0xf8, 0x03, 0xb0, 0x44, 0xee, 0xf4, 0xeb, 0xfd], // mov dx,3f8; mov al,'D'; out dx,al; hlt; jmp back
  ],
  0,
);
WRITER.set([0x10, 0x00, 0x40, 0x00, 0x00, 0x7c, 0x00, 0x00, 0x40, 0x00], 0x40); // 64 sectors from 0:7c00 to sector 64
WRITER.set([0x55, 0xaa], 510);

/** A machine with the smallest operating system that writes to its disk. */
export async function writingSystem(vms: VirtualMachinesFacet, host: Host): Promise<MachineId> {
  const write = async (path: string) => {
    const sector = `${path}.sector`;
    await host.writeFile(sector, WRITER, {}, never);
    await host.exec(['qemu-io', '-f', 'qcow2', '-c', `write -s ${sector} 0 512`, path], {}, never);
    await host.remove(sector, never);
  };
  return await createSystem(vms, host, { name: 'writer', hardware: { network: { type: 'none' } }, write });
}
