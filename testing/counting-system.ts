import type { MachineId, VmHardware } from '../backend/contract/index.ts';
import type { VirtualMachinesFacet } from '../backend/drivers/driver.ts';
import { diskOf } from '../backend/drivers/qemu/definition.ts';
import type { Host } from '../backend/hosts/host.ts';

const MIB = 1024 * 1024;

/** A boot sector that counts in its memory, and says each number on the first serial port, by the BIOS's clock: `C`, high byte, low byte. */
const COUNTER = Buffer.alloc(512);
COUNTER.set(
  [
    ...[0x31, 0xc0, 0x8e, 0xd8, 0xfb], // xor ax,ax; mov ds,ax; sti
    ...[0xff, 0x06, 0x80, 0x7c], // again: inc word [7c80]
    ...[0xba, 0xf8, 0x03, 0xb0, 0x43, 0xee], // mov dx,3f8; mov al,'C'; out dx,al
    ...[0xa0, 0x81, 0x7c, 0xee, 0xa0, 0x80, 0x7c, 0xee], // mov al,[7c81]; out dx,al; mov al,[7c80]; out dx,al
    ...[0xb4, 0x86, 0xb9, 0x00, 0x00, 0xba, 0x50, 0xc3, 0xcd, 0x15], // mov ah,86; mov cx,0; mov dx,c350; int 15: 50 ms
    ...[0xeb, 0xe2], // jmp again
  ],
  0,
);
COUNTER.set([0x55, 0xaa], 510);

/** The smallest operating system of which one can tell whether it goes on or was started anew. */
export async function countingSystem(
  vms: VirtualMachinesFacet,
  of: { host: Host; name: string; hardware: VmHardware },
  signal: AbortSignal,
): Promise<MachineId> {
  const { host, name, hardware } = of;
  const id = await vms.create({ name, cpus: 1, memoryBytes: 128 * MIB, ports: [], autostart: false, source: null, hardware }, signal);
  const make = async (path: string) => {
    const sector = `${path}.sector`;
    await host.writeFile(sector, COUNTER, {}, signal);
    await host.exec(['qemu-img', 'create', '-q', '-f', 'qcow2', path, String(64 * MIB)], {}, signal);
    await host.exec(['qemu-io', '-f', 'qcow2', '-c', `write -s ${sector} 0 512`, path], {}, signal);
    await host.remove(sector, signal);
  };
  await vms.addDisk(id, diskOf('root', 64 * MIB), make, signal);
  await vms.finish(id, signal);
  return id;
}

/** The numbers that it said. @param log of its serial port, from its beginning */
export function numbersIn(log: Buffer): number[] {
  const numbers: number[] = [];
  for (let at = 0; at + 2 < log.length; at += 3) numbers.push(log.readUInt16BE(at + 1));
  return numbers;
}
