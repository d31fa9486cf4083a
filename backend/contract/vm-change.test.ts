import { expect, test } from 'vitest';
import { TEST_HARDWARE } from '../../testing/vm-hardware.ts';
import type { VmHardware } from './virtual-machine.ts';
import { changed, differing, faultsOf, type VmMake } from './vm-change.ts';

const hardware: VmHardware = { ...TEST_HARDWARE, cdrom: { path: null }, display: 'std' };
const make: VmMake = { cpus: 2, memoryBytes: 2 ** 30, hardware };
const faults = (change: Partial<VmHardware>, cpus = 2) =>
  faultsOf({ ...make, cpus, hardware: { ...hardware, ...change } }, { hostCpus: 4 }).map(({ fault }) => fault);

test('a change leaves what it does not name, and a workload has no hardware to change', () => {
  expect(changed(make, { cpus: 3, hardware: { linkUp: false } })).toEqual({ ...make, cpus: 3, hardware: { ...hardware, linkUp: false } });
  expect(changed({ ...make, hardware: null }, { hardware: { linkUp: false } })).toEqual({ ...make, hardware: null });
});

test('what differs is named by its field', () => {
  expect(differing(make, structuredClone(make))).toEqual([]);
  expect(differing(make, changed(make, { memoryBytes: 2 ** 31, hardware: { cdrom: { path: '/a.iso' }, tpm: true } }))).toEqual([
    'memoryBytes',
    'tpm',
    'cdrom',
  ]);
});

test('says what cannot be', () => {
  expect(faults({})).toEqual([]);
  expect(faults({ maximumCpus: 2 }, 3)).toEqual(['cpusAboveMaximum']);
  expect(faults({ topology: { sockets: 1, cores: 2, threads: 1 } }, 3)).toEqual(['cpusAboveTopology']);
  expect(faults({ topology: { sockets: 1, cores: 4, threads: 2 }, maximumCpus: 4 })).toEqual(['maximumUnlikeTopology']);
  expect(faults({ topology: { sockets: 1, cores: 4, threads: 2 }, maximumCpus: 8 })).toEqual([]);
  expect(faults({ topology: { sockets: 8, cores: 8, threads: 2 } })).toEqual(['topologyTooLarge']);
  expect(faults({ machine: 'virt' })).toEqual(['machineUnlikeArchitecture']);
  expect(faults({ architecture: 'aarch64', machine: 'virt' })).toEqual(['firmwareUefiOnly']);
  expect(faults({ machine: 'microvm' })).toEqual(['microvmNoScreen']);
  const small = { machine: 'microvm', display: 'none' } as const;
  expect(faults(small)).toEqual([]);
  expect(faults({ ...small, firmware: 'uefi' })).toEqual(['microvmBiosOnly']);
  expect(faults({ ...small, bootFrom: 'network', serialPorts: 2 })).toEqual(['microvmNoNetworkBoot', 'microvmOneSerialPort']);
  expect(faults({ ...small, maximumCpus: 4 })).toEqual(['maximumNeedsQ35']);
  expect(faults({ tpm: true })).toEqual(['tpmNeedsUefi']);
  expect(faults({ pinnedCpus: [0, 4] })).toEqual(['pinnedMissing']);
  expect(faults({ bootFrom: 'cdrom', cdrom: null })).toEqual(['noDrive']);
  const folder = { tag: 'work', path: '/work', writable: true };
  expect(faults({ sharedFolders: [folder, { ...folder, path: '/home' }] })).toEqual(['tagTwice']);
  expect(faultsOf({ ...make, hardware: null }, { hostCpus: 1 })).toEqual([]);
});
