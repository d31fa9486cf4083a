import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type VmHardware, vmMake } from '../../../backend/contract/index.ts';
import { TEST_HARDWARE } from '../../../testing/vm-hardware.ts';
import { hardwareDraftOf, readHardware } from './hardware-draft.ts';
import { portRowsOf, readPortRows } from './vm-ports.ts';

const MIB = 2 ** 20;
const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,10}$/);
const path = fc.stringMatching(/^\/[a-z /]{0,20}$/);
const hardware: fc.Arbitrary<VmHardware> = fc.record({
  architecture: fc.constant('x86_64' as const),
  machine: fc.constant('q35' as const),
  firmware: fc.constant('uefi' as const),
  tpm: fc.boolean(),
  topology: fc.option(
    fc.record({ sockets: fc.integer({ min: 1, max: 4 }), cores: fc.integer({ min: 1, max: 4 }), threads: fc.constant(4) }),
  ),
  maximumCpus: fc.constant(null),
  pinnedCpus: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 63 }), { minLength: 1, maxLength: 8 })),
  cdrom: fc.option(fc.record({ path: fc.option(path) })),
  bootFrom: fc.constantFrom('disk', 'network'),
  network: fc.oneof(
    fc.record({ type: fc.constantFrom('user', 'none') }) as fc.Arbitrary<VmHardware['network']>,
    fc.record({ type: fc.constant('bridge' as const), bridge: name }),
    fc.record({ type: fc.constant('tap' as const), device: name }),
  ),
  macAddress: fc.option(fc.constant('52:54:00:00:00:01')),
  linkUp: fc.boolean(),
  sharedFolders: fc.uniqueArray(fc.record({ tag: name, path, writable: fc.boolean() }), { maxLength: 4, selector: ({ tag }) => tag }),
  display: fc.constantFrom('none', 'std', 'virtio'),
  serialPorts: fc.integer({ min: 1, max: 4 }),
});
const forward = fc.record({
  protocol: fc.constantFrom('tcp', 'udp'),
  hostAddress: fc.constantFrom('127.0.0.1', '0.0.0.0'),
  hostPort: fc.integer({ min: 1, max: 65_535 }),
  machinePort: fc.integer({ min: 1, max: 65_535 }),
});

test('a machine that is written into the form is read as it was', () => {
  fc.assert(
    fc.property(hardware, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 64, max: 2 ** 20 }), (made, cpus, mebibytes) => {
      const make = { cpus, memoryBytes: mebibytes * MIB, hardware: made };
      const read = readHardware(hardwareDraftOf(make), { hostCpus: 64 });
      expect(read).toEqual({ make, issues: [] });
      expect(vmMake.safeParse(read.make).success).toBe(true);
    }),
  );
});

test('forwards that are written into rows are read as they were', () => {
  const ofAnyone = fc.uniqueArray(forward, { selector: ({ protocol, hostPort }) => `${protocol} ${hostPort}` });
  fc.assert(
    fc.property(ofAnyone, (ports) => {
      expect(readPortRows(portRowsOf(ports))).toEqual({ ports, issues: [] });
    }),
  );
});

test('what cannot be is told at its field, and of what cannot be read nothing more', () => {
  const issues = (changes: Partial<ReturnType<typeof hardwareDraftOf>>) => {
    const draft = hardwareDraftOf({ cpus: 2, memoryBytes: 512 * MIB, hardware: TEST_HARDWARE });
    return readHardware({ ...draft, ...changes }, { hostCpus: 2 }).issues.map(({ field, message }) => `${field} ${message}`);
  };
  expect(issues({ pinned: '0-2' })).toEqual(['pinned vmMake.fault.pinnedMissing']);
  expect(issues({ pinned: 'all' })).toEqual(['pinned newVm.issue.pinned']);
  expect(issues({ tpm: true })).toEqual(['tpm vmMake.fault.tpmNeedsUefi']);
  expect(issues({ bootFrom: 'cdrom' })).toEqual(['bootFrom vmMake.fault.noDrive']);
  expect(issues({ sockets: '9', cores: '9' })).toEqual(['topology vmMake.fault.topologyTooLarge']);
  expect(issues({ sockets: '0', maximumCpus: '8' })).toEqual(['topology newVm.issue.number']);
  expect(issues({ maximumCpus: '65' })).toEqual(['maximumCpus newVm.issue.number']);
  const folder = { tag: 'a', path: '/a', writable: true };
  expect(issues({ folders: [folder, { ...folder, path: '/b' }] })).toEqual(['folders.1 newVm.issue.tag']);
});
