import type { VmDisk } from '../../contract/index.ts';
import { type Definition, dataDiskNumber, MOST_DATA_DISKS } from './definition.ts';

/** Those of these machines let disks come and go while they run; microvm has no such ports. */
const WITH_PORTS = ['q35', 'virt'];

/** The port that a disk which was added later has, at every start the same as while it was plugged in. */
export function portOf({ guest }: Pick<Definition, 'guest'>, { id, bus }: Pick<VmDisk, 'id' | 'bus'>): string | null {
  if (guest.type !== 'system' || !WITH_PORTS.includes(guest.hardware.machine) || bus !== 'virtio') return null;
  return dataDiskNumber(id) === null ? null : `port-${id}`;
}

/** A port for each disk that could be added, whether there is one in it or not. */
export function portArguments({ guest }: Pick<Definition, 'guest'>): string[] {
  if (guest.type !== 'system' || !WITH_PORTS.includes(guest.hardware.machine)) return [];
  const numbers = Array.from({ length: MOST_DATA_DISKS }, (_, index) => index + 1);
  // The firmware would keep room for legacy ports behind each of them, and has little.
  return numbers.flatMap((number) => ['-device', `pcie-root-port,id=port-data${number},chassis=${number},io-reserve=0`]);
}
