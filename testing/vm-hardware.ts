import type { VmHardware } from '../backend/contract/index.ts';

/** An ordinary machine without a screen or a disc; tests say what differs. */
export const TEST_HARDWARE: VmHardware = {
  architecture: 'x86_64',
  machine: 'q35',
  firmware: 'bios',
  tpm: false,
  topology: null,
  maximumCpus: null,
  pinnedCpus: null,
  cdrom: null,
  bootFrom: 'disk',
  network: { type: 'user' },
  macAddress: null,
  linkUp: true,
  sharedFolders: [],
  display: 'none',
  serialPorts: 1,
};
