import { expect, test } from 'vitest';
import {
  type CatalogueImage,
  createVmRequest,
  engineId,
  type GuestImage,
  guestImage,
  guestImageId,
} from '../../../backend/contract/index.ts';
import { machineChange } from '../vm-fields/hardware-draft.ts';
import { EMPTY_DRAFT, nameFor, readDraft, type VmDraft, withArchitecture, withCloudImage, withLibraryImage, withSource } from './draft.ts';

const GIB = 2 ** 30;
const ENGINE = engineId.parse('qemu-local');
const read = (changes: Partial<VmDraft>, name = 'web') =>
  readDraft(
    { ...EMPTY_DRAFT, source: 'blank', cloudInit: false, ...changes },
    { engineId: ENGINE, name, taken: new Set(['taken']), hostCpus: 4 },
  );
const issuesOf = (changes: Partial<VmDraft>, name?: string) =>
  read(changes, name).issues.map(({ field, message }) => `${field} ${message}`);
const ENTRY: CatalogueImage = {
  id: guestImageId.parse('alpine-arm'),
  distribution: 'Alpine',
  version: '3.20',
  architecture: 'aarch64',
  url: 'https://example.org/a.qcow2',
  checksum: { url: 'https://example.org/a.sha512', algorithm: 'sha512', format: 'single' },
  defaultUser: 'alpine',
  firmware: 'uefi',
  minimumMemoryMiB: 4096,
  minimumDiskGiB: 30,
  cloudInit: true,
  guestAgent: false,
  own: false,
};

test('the form as it opens is a request, once there is something to be made of', () => {
  const { request, issues } = read({});
  expect(issues).toEqual([]);
  expect(createVmRequest.parse({ ...request, start: true })).toMatchObject({
    cpus: 2,
    memoryBytes: 2 * GIB,
    disks: [{ source: { type: 'blank' }, sizeBytes: 20 * GIB }],
    hardware: { machine: 'q35', network: { type: 'user' }, bootFrom: 'disk' },
  });
});

test('an image brings what it needs, and its architecture what goes with it', () => {
  const draft = withCloudImage({ ...EMPTY_DRAFT, disks: [{ size: '1', bus: 'sata' }] }, 'entry:alpine-arm', {
    type: 'entry',
    entry: ENTRY,
  });
  const { request, issues } = readDraft(draft, { engineId: ENGINE, name: 'a', taken: new Set(), hostCpus: 4 });
  expect(issues).toEqual([]);
  expect(request).toMatchObject({
    memoryBytes: 4 * GIB,
    disks: [{ source: { type: 'catalogue', entryId: 'alpine-arm' }, sizeBytes: 60 * GIB, bus: 'virtio' }],
    hardware: { architecture: 'aarch64', machine: 'virt', firmware: 'uefi' },
    cloudInit: { userData: '', networkConfig: null },
  });
});

test('a microvm is left without what it lacks', () => {
  const rich: VmDraft = {
    ...EMPTY_DRAFT,
    tpm: true,
    firmware: 'uefi',
    serialPorts: 3,
    maximumCpus: '8',
    disks: [{ size: '1', bus: 'sata' }],
  };
  const small: VmDraft = { ...rich, source: 'blank', cloudInit: false, ...machineChange('microvm') };
  expect(issuesOf(small)).toEqual([]);
  const { hardware, disks } = read(small).request;
  expect(hardware).toMatchObject({ machine: 'microvm', firmware: 'bios', tpm: false, display: 'none', serialPorts: 1, maximumCpus: null });
  expect(disks[0]?.bus).toBe('virtio');
  expect(issuesOf({ ...small, maximumCpus: '8' })).toEqual(['maximumCpus vmMake.fault.maximumNeedsQ35']);
  expect(withSource(small, 'iso').display).toBe('none');
  expect(read(withArchitecture(small, 'aarch64')).request.hardware).toMatchObject({ machine: 'virt', firmware: 'uefi' });
});

test('an installer starts from its disc', () => {
  const draft = { ...withSource(EMPTY_DRAFT, 'iso'), cdromPath: '/isos/debian.iso' };
  const { request, issues } = readDraft(draft, { engineId: ENGINE, name: 'a', taken: new Set(), hostCpus: 4 });
  expect(issues).toEqual([]);
  expect(request).toMatchObject({ hardware: { bootFrom: 'cdrom', cdrom: { path: '/isos/debian.iso' } }, cloudInit: null });
  expect(withSource(draft, 'blank')).toMatchObject({ cdrom: 'none', cdromPath: '' });
});

test('an image of the library is begun with, a disc of it is put in', () => {
  const image = (kind: GuestImage['kind']): GuestImage =>
    guestImage.parse({
      ...{ id: 'own', name: 'own', kind, architecture: null, osName: null, defaultUser: null, firmware: null, cloudInit: null },
      ...{ guestAgent: null, minimumMemoryBytes: null, minimumDiskBytes: null, checksum: null, state: 'ready', taskId: null },
      ...{ problem: null, sizeBytes: 1, virtualBytes: 40 * GIB, path: '/library/own', addedAtMs: 0, usedBy: [] },
      origin: { type: 'upload', fileName: 'own.vdi' },
    });
  const draft = { ...withSource(EMPTY_DRAFT, 'file'), name: 'mine', path: '/old' };
  const of = { engineId: ENGINE, name: 'mine', taken: new Set<string>(), hostCpus: 4 };
  const disk = withLibraryImage(draft, image('disk'));
  expect(disk.name).toBe('mine');
  expect(readDraft(disk, of)).toMatchObject({
    issues: [],
    request: { disks: [{ source: { type: 'image', imageId: 'own' }, sizeBytes: 40 * GIB }] },
  });
  expect(readDraft(withLibraryImage(draft, image('iso')), of)).toMatchObject({
    issues: [],
    request: { disks: [{ source: { type: 'blank' } }], hardware: { bootFrom: 'cdrom', cdrom: { path: '/library/own' } } },
  });
});

test('all of the hardware is read', () => {
  const { request, issues } = read({
    ...withArchitecture(EMPTY_DRAFT, 'x86_64'),
    source: 'blank',
    cloudInit: false,
    cores: '2',
    threads: '2',
    pinned: '0, 2-3',
    macAddress: '52:54:00:AA:BB:CC',
    network: 'bridge',
    bridge: 'br0',
    folders: [{ tag: 'src', path: '/srv', writable: false }],
    disks: [
      { size: '0.5', bus: 'sata' },
      { size: '1', bus: 'virtio' },
    ],
    cdrom: 'empty',
  });
  expect(issues).toEqual([]);
  expect(request.hardware).toMatchObject({
    topology: { sockets: 1, cores: 2, threads: 2 },
    pinnedCpus: [0, 2, 3],
    macAddress: '52:54:00:aa:bb:cc',
    network: { type: 'bridge', bridge: 'br0' },
    sharedFolders: [{ tag: 'src', path: '/srv', writable: false }],
    cdrom: { path: null },
  });
  expect(request.disks.map(({ sizeBytes }) => sizeBytes)).toEqual([GIB / 2, GIB]);
});

test.each<[string, Partial<VmDraft>, string]>([
  ['no number', { cpus: 'two' }, 'cpus newVm.issue.number'],
  ['too little memory', { memory: '1' }, 'memory newVm.issue.number'],
  ['fewer at most than at once', { cpus: '4', maximumCpus: '2' }, 'cpus vmMake.fault.cpusAboveMaximum'],
  ['places for fewer', { cpus: '4', cores: '3' }, 'topology vmMake.fault.cpusAboveTopology'],
  ['no list of processors', { pinned: '3-1' }, 'pinned newVm.issue.pinned'],
  ['a relative disc', { cdrom: 'disc', cdromPath: 'a.iso' }, 'cdromPath newVm.issue.path'],
  ['no bridge', { network: 'bridge' }, 'bridge newVm.issue.device'],
  ['an address for many', { macAddress: '01:00:5e:00:00:01' }, 'macAddress newVm.issue.mac'],
  ['a disk of nothing', { disks: [{ size: '0', bus: 'virtio' }] }, 'disks.0 newVm.issue.diskSize'],
  ['no image', { source: 'cloud' }, 'cloudImage newVm.issue.image'],
  ['no path', { source: 'file' }, 'path newVm.issue.path'],
  ['a port that is none', { ports: [{ hostAddress: '', hostPort: '0', innerPort: '1', protocol: 'tcp' }] }, 'ports.0 newVm.issue.port'],
  [
    'a port twice',
    { ports: ['1', '2'].map((innerPort) => ({ hostAddress: '', hostPort: '2222', innerPort, protocol: 'tcp' as const })) },
    'ports.1 newVm.issue.portTwice',
  ],
  ['a tag twice', { folders: ['/a', '/b'].map((path) => ({ tag: 'a', path, writable: true })) }, 'folders.1 newVm.issue.tag'],
])('told: %s', (_, changes, issue) => {
  expect(issuesOf(changes)).toEqual([issue]);
});

test('names', () => {
  expect(issuesOf({}, 'taken')).toEqual(['name newVm.issue.nameTaken']);
  expect(issuesOf({}, 'a b')).toEqual(['name newVm.issue.name']);
  expect(nameFor('Debian 12 (bookworm) · x86_64', new Set())).toBe('debian-12-bookworm-x86-64');
  expect(nameFor('disk.qcow2', new Set(['disk', 'disk-2']))).toBe('disk-3');
  expect(nameFor('', new Set())).toBe('vm');
});
