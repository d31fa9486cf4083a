import { randomBytes } from 'node:crypto';
import type { PortForward, VmDisk } from '../../../contract/index.ts';
import { type Definition, ofNewGeneration, type System } from '../definition.ts';

/** A machine that has no disks yet: they follow. */
export function copiedDefinition(of: Definition, changes: { name: string; createdAtMs: number; ports: PortForward[] }): Definition {
  const guest = of.guest.type === 'system' ? ofNewGeneration({ ...of.guest, hardware: copiedHardware(of.guest.hardware) }) : of.guest;
  // Its twin is the machine that was there before.
  return {
    ...of,
    ...changes,
    guest,
    twinId: null,
    autostart: false,
    disks: [],
    snapshotId: null,
    saved: null,
    finished: false,
    problem: null,
  };
}

/** Two machines with one address on a network disturb each other, and a tap device serves one alone. */
function copiedHardware(hardware: System['hardware']): System['hardware'] {
  const network = hardware.network.type === 'tap' ? ({ type: 'user' } as const) : hardware.network;
  return { ...hardware, network, macAddress: newMacAddress() };
}

/** As it comes from elsewhere: nothing of this host may be in it that its new owner did not put there. */
export function importedDefinition(of: Definition, changes: { name: string; createdAtMs: number }): Definition {
  const ports = of.ports.map((port) => ({ ...port, hostAddress: '127.0.0.1' }));
  const copied = copiedDefinition(of, { ...changes, ports });
  if (copied.guest.type !== 'system') return copied;
  const { hardware } = copied.guest;
  const foreign = {
    cdrom: hardware.cdrom === null ? null : { path: null },
    pinnedCpus: null,
    network: hardware.network.type === 'none' ? hardware.network : ({ type: 'user' } as const),
    sharedFolders: [],
  };
  return { ...copied, guest: { ...copied.guest, hardware: { ...hardware, ...foreign } } };
}

/** In QEMU's own range. */
export function newMacAddress(): string {
  const [a = 0, b = 0, c = 0] = randomBytes(3);
  return ['52', '54', '00', ...[a, b, c].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}

/** A copy stands alone, in one file of its own name. */
export function copiedDisk(disk: VmDisk): VmDisk {
  return { ...disk, file: `${disk.id}.qcow2`, format: 'qcow2' };
}

/** The first of `web`, `web-2`, `web-3`… that nobody has. */
export function freeName(wanted: string, taken: readonly string[]): string {
  const names = new Set(taken);
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : `-${number}`;
    const name = wanted.slice(0, 63 - suffix.length) + suffix;
    if (!names.has(name)) return name;
  }
}
