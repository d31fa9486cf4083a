import type { VmDisk } from '../../../contract/index.ts';
import { record } from '../qmp.ts';

/** QAPI's GuestDiskAddress: https://www.qemu.org/docs/master/interop/qemu-ga-ref.html. What an agent does not know of it is -1. */
export interface DiskAddress {
  busType: string;
  /** Of SATA: the port. */
  unit: number;
  /** Of the device or, for SATA, of its controller. */
  pci: { bus: number; slot: number; function: number };
}

/** The machine's disk that is there, as a list of one; empty: what is there is none of its disks; null: not known. */
export type FindDisk = (address: DiskAddress) => VmDisk['id'][] | null;

/**
 * Finds disks by the places that they are plugged into: what a guest calls its disks follows from the order in which it found them.
 * @param of.pci what QMP's `query-pci` answers: bus numbers are the guest's own
 */
export function diskFinder({ disks, pci }: { disks: readonly Pick<VmDisk, 'id' | 'bus'>[]; pci: unknown }): FindDisk {
  const devices = new Map<string, string>();
  const learn = (found: unknown) => {
    if (!Array.isArray(found)) return;
    for (const device of found.map(record)) {
      devices.set(placeOf(device), String(device.qdev_id));
      learn(record(device.pci_bridge).devices);
    }
  };
  for (const root of Array.isArray(pci) ? pci : []) learn(record(root).devices);
  const sata = disks.filter(({ bus }) => bus === 'sata');
  return (address) => {
    // A PC has one controller, whose ports are given away in the disks' order.
    if (address.busType === 'sata') return sata.filter((_, port) => port === address.unit).map(({ id }) => id);
    const device = devices.get(placeOf(address.pci));
    return device === undefined ? null : disks.filter(({ id }) => device === `disk-${id}`).map(({ id }) => id);
  };
}

function placeOf(at: Record<string, unknown> | DiskAddress['pci']): string {
  return `${at.bus}:${at.slot}.${at.function}`;
}
