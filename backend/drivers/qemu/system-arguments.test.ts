import { expect, test } from 'vitest';
import { TEST_HARDWARE } from '../../../testing/vm-hardware.ts';
import type { VmHardware } from '../../contract/index.ts';
import { type Definition, diskOf, definition as readDefinition } from './definition.ts';
import { systemArguments } from './system-arguments.ts';
import { vmFiles } from './vm-files.ts';

const GIB = 2 ** 30;
const FILES = vmFiles({ vmsDir: '/vms', runDir: '/run' }, 'a1');

function line(
  changes: Partial<VmHardware>,
  of: Partial<Definition> = {},
  companions: Parameters<typeof systemArguments>[0]['companions'] = { tpm: false, folders: [] },
) {
  const guest = {
    type: 'system' as const,
    source: null,
    hardware: { ...TEST_HARDWARE, ...changes },
    cloudInit: { userData: '', networkConfig: null },
  };
  const definition = readDefinition.parse({
    version: 2,
    name: 'web',
    createdAtMs: 0,
    twinId: null,
    autostart: false,
    cpus: 2,
    memoryBytes: GIB,
    ports: [],
    disks: [diskOf('root', GIB)],
    guest,
    finished: true,
    problem: null,
    snapshotId: null,
    saved: null,
    ...of,
  });
  return systemArguments({
    definition,
    guest,
    files: FILES,
    binary: 'qemu-system-x86_64',
    accelerator: 'tcg',
    firmware: null,
    companions,
  }).join(' ');
}

test('processors: as many places as the topology has, or as can be added', () => {
  expect(line({})).toContain('-smp 2 ');
  expect(line({ maximumCpus: 4 })).toContain('-smp 2,maxcpus=4 ');
  expect(line({ topology: { sockets: 1, cores: 2, threads: 2 } })).toContain('-smp 2,sockets=1,cores=2,threads=2,maxcpus=4 ');
});

test('every SATA device has a port of its own', () => {
  const sata = (id: string) => ({ ...diskOf(id, GIB), bus: 'sata' as const });
  const words = line({ cdrom: { path: null } }, { disks: [sata('root'), diskOf('mid', GIB), sata('data')] });
  expect([...words.matchAll(/(ide-\w+),bus=(ide\.\d)/g)].map(([, device, bus]) => `${device} ${bus}`)).toEqual([
    'ide-hd ide.0',
    'ide-hd ide.1',
    'ide-cd ide.5',
    'ide-cd ide.4',
  ]);
  expect(line({})).toContain('virtio-blk-pci,id=seed,drive=seed');
});

test('a microvm has no PCI: each of its devices is on its own bus, its drive too, and it has no ports for disks to come', () => {
  const words = line({ machine: 'microvm', cdrom: { path: null } });
  expect(words).toContain('-M microvm,rtc=on ');
  expect(words).not.toMatch(/-pci|ide-|pcie/);
  for (const device of ['virtio-blk-device,id=disk-root', 'virtio-blk-device,id=seed', 'virtio-net-device,id=nic', 'scsi-cd,bus=scsi.0'])
    expect(words).toContain(`-device ${device}`);
});

test('networks', () => {
  expect(line({ network: { type: 'bridge', bridge: 'br0' }, macAddress: '52:54:00:00:00:01' })).toMatch(
    /-netdev bridge,id=net,br=br0 -device virtio-net-pci,id=nic,netdev=net,mac=52:54:00:00:00:01/,
  );
  expect(line({ network: { type: 'tap', device: 'tap0' } })).toContain('-netdev tap,id=net,ifname=tap0,script=no,downscript=no');
  expect(line({ network: { type: 'none' } })).not.toContain('-netdev');
});

test('folders by virtiofs share the guest’s memory, by 9p they need not; a comma in a path is doubled', () => {
  const folder = { tag: 'src', path: '/srv/a,b', writable: true };
  const served = line({}, {}, { tpm: true, folders: [{ folder, socket: '/run/a1/folder0', asRoot: true }] });
  expect(served).toContain('-object memory-backend-memfd,id=mem,size=1024M,share=on -machine memory-backend=mem');
  expect(served).toContain('vhost-user-fs-pci,chardev=folder0,tag=src');
  expect(served).toContain('-chardev socket,id=tpm,path=/run/a1/tpm -tpmdev emulator,id=tpm0,chardev=tpm -device tpm-crb,tpmdev=tpm0');
  const plain = line({}, {}, { tpm: false, folders: [{ folder: { ...folder, writable: false }, socket: null, asRoot: false }] });
  expect(plain).toContain('-fsdev local,id=folder0,path=/srv/a,,b,security_model=none,multidevs=remap,readonly=on');
  expect(plain).not.toContain('memory-backend');
});
