import { describe, expect, test } from 'vitest';
import { imageId } from '../../contract/index.ts';
import { type Platform, trialArguments, workloadArguments } from './arguments.ts';
import { type Definition, diskOf, ROOT_DISK } from './definition.ts';
import { forwardRule, hostSide } from './qemu-options.ts';
import { vmFiles } from './vm-files.ts';

const definition: Definition = {
  version: 2,
  name: 'web-1',
  createdAtMs: 0,
  twinId: null,
  autostart: false,
  cpus: 1,
  memoryBytes: 200 * 1024 * 1024 + 1,
  ports: [
    { protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 8080, machinePort: 80 },
    { protocol: 'udp', hostAddress: '0.0.0.0', hostPort: 5353, machinePort: 53 },
  ],
  disks: [diskOf(ROOT_DISK, 64 * 1024 * 1024)],
  snapshotId: null,
  saved: null,
  guest: {
    type: 'workload',
    image: { id: imageId.parse('docker-default/sha256:abc'), name: 'web' },
    processes: null,
    startWay: null,
    process: { entrypoint: [], command: [], env: [], workingDir: '', user: '', exposedPorts: [], stopSignal: null, volumes: [] },
  },
  finished: true,
  problem: null,
};
const emulated: Platform = { binary: 'qemu', machine: 'microvm', accelerator: 'tcg', tscKhz: 2_596_121, kernel: '/k/vmlinux' };
const hardware: Platform = { ...emulated, machine: 'q35', accelerator: 'kvm', tscKhz: null };

function argv(platform: Platform, changes: Partial<Definition> = {}, vmsDir = '/data/vms'): string[] {
  const files = vmFiles({ vmsDir, runDir: '/run/ct' }, 'a1b2');
  return [...workloadArguments({ machine: { ...definition, ...changes }, files, platform })];
}
const valuesOf = (list: string[], name: string) => list.flatMap((word, index) => (list[index - 1] === name ? [word] : []));

describe('the command of a machine', () => {
  test('an emulated one runs on microvm, told how fast the clock is, with a bounded translation cache', () => {
    const list = argv(emulated);
    expect(valuesOf(list, '-M')).toEqual(['microvm,x-option-roms=off,rtc=on']);
    expect(valuesOf(list, '-accel')).toEqual(['tcg,tb-size=128']);
    expect(valuesOf(list, '-cpu')).toEqual(['qemu64,+arat']);
    expect(valuesOf(list, '-append')[0]).toContain('tsc_early_khz=2596121 tsc=reliable');
    expect(valuesOf(list, '-device')).toContain('virtio-blk-device,id=disk-root,drive=root,werror=stop,rerror=stop');
    expect(valuesOf(argv(emulated, { memoryBytes: 2 * 1024 ** 3 }), '-accel')).toEqual(['tcg,tb-size=256']);
  });

  test('one on q35 has its devices on PCI, and no word on clocks', () => {
    const list = argv(hardware);
    expect(valuesOf(list, '-M')).toEqual(['q35']);
    expect(valuesOf(list, '-cpu')).toEqual(['host']);
    expect(valuesOf(list, '-append')[0]).not.toContain('tsc');
    expect(valuesOf(list, '-device').filter((device) => device.includes('-device'))).toEqual([]);
  });

  test('memory is rounded up to whole MiB', () => {
    expect(valuesOf(argv(emulated), '-m')).toEqual(['201']);
  });

  test('forwards are the user network’s', () => {
    expect(valuesOf(argv(emulated), '-netdev')).toEqual([
      'user,id=net,hostfwd=tcp:127.0.0.1:8080-:80,hostfwd=udp:0.0.0.0:5353-:53,ipv6=off',
    ]);
    expect(definition.ports.map(forwardRule)).toEqual(['tcp:127.0.0.1:8080-:80', 'udp:0.0.0.0:5353-:53']);
    expect(definition.ports.map(hostSide)).toEqual(['tcp:127.0.0.1:8080', 'udp:0.0.0.0:5353']);
  });

  test('a comma in a path ends no option', () => {
    const list = argv(emulated, {}, '/data/a,path=b');
    expect(valuesOf(list, '-chardev')).toContain('file,id=boot,path=/data/a,,path=b/a1b2/boot.log');
    expect(JSON.parse(valuesOf(list, '-blockdev')[0] as string).file.filename).toBe('/data/a,path=b/a1b2/disk.qcow2');
  });

  test('it runs detached, and everything it opens lies in its own folders', () => {
    const list = argv(emulated);
    expect(list).toContain('-daemonize');
    expect(valuesOf(list, '-pidfile')).toEqual(['/run/ct/a1b2/pid']);
    expect(list.filter((word) => word.includes('path=')).every((word) => /path=\/(data\/vms|run\/ct)\/a1b2\//.test(word))).toBe(true);
  });

  test('a trial has no disk, no network, and ends by itself', () => {
    const list = [...trialArguments({ binary: 'qemu', accelerator: 'kvm', kernel: '/k/vmlinux', initrd: '/k/initrd' })];
    expect(list).toContain('-no-reboot');
    expect(list).not.toContain('-daemonize');
    expect(valuesOf(list, '-device')).toEqual([]);
  });
});
