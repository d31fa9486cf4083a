import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pack } from 'tar-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDesktop } from '../../../../testing/debian-desktop.ts';
import { debianGuest } from '../../../../testing/debian-guest.ts';
import { inGuest } from '../../../../testing/in-guest.ts';
import { temporaryFolder } from '../../../../testing/temporary.ts';
import { connectTestQemu, testQemuOptions } from '../../../../testing/test-guests.ts';
import { TEST_HARDWARE } from '../../../../testing/vm-hardware.ts';
import type { GuestReport, Machine, MachineId, VmDisk } from '../../../contract/index.ts';
import { silentLogger } from '../../../core/index.ts';
import { createLocalHost } from '../../../hosts/local.ts';
import type { Driver } from '../../driver.ts';
import { facetOf } from '../../facets.ts';
import type { FileTree } from '../../files.ts';
import { ROOT_DISK } from '../definition.ts';
import { seedDisc } from '../seed/seed.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
/** Building the disk, on a machine that has never done it. */
const BUILD_LIMIT_MS = 600_000;
/** Under emulation, beside other work. */
const BOOT_LIMIT_MS = 900_000;
/** As testing/debian-boot-disk.ts places it. */
const ROOT_PARTITION_BYTES = 65 * MIB;
const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJmvU9fDc8X1kPsn7yWy4Wc6OL9uYoNhbxd8uJrNzcFi crew@catamaran';

const USER_DATA = `#cloud-config
hostname: harbour
users:
  - name: crew
    shell: /bin/bash
    sudo: ALL=(ALL) NOPASSWD:ALL
    ssh_authorized_keys: ["${KEY}"]
write_files:
  - path: /etc/manifest
    permissions: '0640'
    content: "two hulls, one boat\\n"
runcmd:
  - [sh, -c, 'echo "ran as $(id -un) on $(hostname)" > /var/lib/ran']
`;

/** One boot for all tests: they follow one another, and the last one shuts it down. */
let parts: AsyncDisposableStack;
let driver: Driver;
let id: MachineId;
let folder: string;
let diskFile: string;

beforeAll(async () => {
  parts = new AsyncDisposableStack();
  const built = await debianGuest();
  if (typeof built === 'string') throw new Error(built);
  const host = parts.use(createLocalHost({ logger: silentLogger }));
  folder = parts.use(await temporaryFolder()).path;
  const options = await testQemuOptions(folder);
  driver = parts.use(await connectTestQemu(host, options, never));
  const vms = facetOf(driver, 'virtualMachines');
  const spec = { name: 'harbour', cpus: 2, memoryBytes: 512 * MIB, ports: [], autostart: false, source: null };
  id = await vms.create({ ...spec, hardware: { ...TEST_HARDWARE, display: 'std' } }, never);
  parts.defer(() => driver.act(id, 'remove', { force: true }, never));
  const root: VmDisk = { id: ROOT_DISK, file: 'disk.qcow2', format: 'qcow2', bus: 'virtio', sizeBytes: 2048 * MIB, writable: true };
  const overlay = (path: string) =>
    promisify(execFile)('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', built.path, path, String(root.sizeBytes)]);
  await vms.addDisk(
    id,
    root,
    async (path) => {
      diskFile = path;
      await overlay(path);
    },
    never,
  );
  const disc = seedDisc({ userData: USER_DATA, networkConfig: null }, { instanceId: id, name: 'harbour' });
  const seed: VmDisk = { ...root, id: 'seed', file: 'seed.iso', format: 'raw', sizeBytes: disc.length, writable: false };
  await vms.addDisk(id, seed, (path) => writeFile(path, disc), never);
  await vms.finish(id, never);
  await driver.act(id, 'start', { force: false }, never);
}, BUILD_LIMIT_MS);
afterAll(() => parts[Symbol.asyncDispose]());

async function find(): Promise<Machine> {
  const found = (await driver.list(never)).find((machine) => machine.id === id);
  if (found === undefined) throw new Error('it is not listed');
  return found;
}

const report = (): Promise<GuestReport> => facetOf(driver, 'guest').report(id, never);

const run = (...command: string[]) => inGuest({ driver, id }, ...command);

async function contentOf(tree: FileTree, path: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of (await tree.read(path, {}, never)).bytes) parts.push(part);
  return Buffer.concat(parts);
}

test('before its agent runs, that is what is told', async () => {
  expect(await report()).toMatchObject({ source: 'qemuAgent', state: 'absent', abilities: [], system: null });
  await expect(facetOf(driver, 'processes').list(id, never)).rejects.toMatchObject({ reason: 'guestAgentSilent' });
});

test(
  'an agent that comes late is found',
  async () => {
    await expect.poll(async () => (await report()).state, { timeout: BOOT_LIMIT_MS, interval: 500 }).toBe('ready');
  },
  BOOT_LIMIT_MS,
);

test(
  'cloud-init did what it was told',
  async () => {
    expect(await run('cloud-init', 'status', '--wait')).toMatchObject({ output: expect.stringContaining('status: done') });
    await using tree = await facetOf(driver, 'files').open(id, never);
    expect((await contentOf(tree, '/home/crew/.ssh/authorized_keys')).toString()).toContain(KEY);
    expect((await contentOf(tree, '/etc/manifest')).toString()).toBe('two hulls, one boat\n');
    expect((await contentOf(tree, '/var/lib/ran')).toString()).toBe('ran as root on harbour\n');
    expect((await run('id', '-u', 'crew')).output).toMatch(/^\d{4}\n$/);
  },
  BOOT_LIMIT_MS,
);

test('a console takes the size of who looks at it', async () => {
  await using console = await facetOf(driver, 'terminals').open(id, 'console', { cols: 101, rows: 31 }, never);
  const size = async () => (await run('stty', '-F', '/dev/ttyS0', 'size')).output.trim();
  await expect.poll(size).toBe('31 101');
  // Of many at once the last one counts.
  for (const cols of [90, 91, 92, 93]) console.resize({ cols, rows: 20 });
  await expect.poll(size).toBe('20 93');
});

test('the report tells the system, its addresses and its filesystems', async () => {
  const told = await report();
  expect(told).toMatchObject({
    system: { id: 'debian', name: expect.stringContaining('Debian'), architecture: 'x86_64' },
    hostName: 'harbour',
    cpus: { online: 2, total: 2 },
    timeZone: { offsetMinutes: 0 },
    abilities: ['shutdown', 'exec', 'files', 'freeze', 'trim', 'password', 'sshKeys', 'time'],
  });
  const addresses = told.interfaces.flatMap((one) => one.addresses.map(({ address }) => address));
  expect(addresses).toContain('10.0.2.15');
  const [disk] = told.filesystems.filter(({ mountPoint }) => mountPoint === '/');
  expect(disk?.type).toBe('ext4');
  // cloud-init has grown it to the disk's end.
  expect(disk?.totalBytes).toBeGreaterThan(1600 * MIB);
  expect(disk?.usedBytes).toBeGreaterThan(100 * MIB);
});

test('a filesystem is known with the disk that it lies on, and a disk goes although it is mounted', async () => {
  const disks = facetOf(driver, 'disks');
  const added = { machineId: id, from: { type: 'blank', sizeBytes: 32 * MIB }, onProgress: () => {} } as const;
  expect(await disks.add(added, never)).toEqual({ takesEffect: 'now' });
  const device = '/dev/vdc';
  await expect.poll(async () => (await run('test', '-b', device)).exitCode, { timeout: 60_000 }).toBe(0);
  expect(await run('sh', '-c', `mkfs.ext4 -q ${device} && mkdir /cargo && mount ${device} /cargo`)).toMatchObject({ exitCode: 0 });
  const lies = (await report()).filesystems.map(({ mountPoint, disks: on }) => ({ mountPoint, on }));
  expect(lies).toEqual(
    expect.arrayContaining([
      { mountPoint: '/', on: ['root'] },
      { mountPoint: '/cargo', on: ['data1'] },
    ]),
  );
  expect((await disks.list(id, never)).disks.map((disk) => [disk.id, disk.hotPluggable])).toEqual([
    ['root', false],
    ['seed', false],
    ['data1', true],
  ]);
  expect(await disks.detach({ machineId: id, diskId: 'data1' }, never)).toEqual({ takesEffect: 'now' });
  await disks.deleteFile({ machineId: id, file: 'data1.qcow2' }, never);
  await run('umount', '--lazy', '/cargo');
}, 180_000);

test('the numbers of its graphs come from inside, and its address stands in its row', async () => {
  const source = await driver.metrics?.source(id, never);
  if (source?.type !== 'process') throw new Error('a machine that runs has numbers');
  const counters = await source.read(never);
  expect(counters.netReceiveBytes).toBeGreaterThan(0);
  expect(counters.processes).toBeGreaterThan(20);
  expect((await find()).vm?.addresses).toContain('10.0.2.15');
});

describe('processes', () => {
  test('are the guest’s, and get signals; only those that were seen', async () => {
    const sleeping = run('sleep', '1000');
    const { list, signal } = facetOf(driver, 'processes');
    const find = async () => (await list(id, never)).processes.find(({ command }) => command === 'sleep 1000');
    await expect.poll(find).toMatchObject({ user: 'root', name: 'sleep' });
    const found = await find();
    if (found === undefined) throw new Error('it was there');
    await expect(signal({ id, hostPid: found.hostPid, startTicks: '1', signal: 'TERM' }, never)).rejects.toMatchObject({
      reason: 'processGone',
    });
    await signal({ id, hostPid: found.hostPid, startTicks: found.startTicks, signal: 'TERM' }, never);
    expect((await sleeping).exitCode).toBe(null);
    expect((await list(id, never)).processes.map(({ name }) => name)).toEqual(expect.arrayContaining(['systemd', 'sshd', 'qemu-ga']));
  });
});

describe('programs', () => {
  test('their output, errors and exit come back, with their input', async () => {
    const command = ['sh', '-c', 'cat; echo wrong >&2; exit 3'];
    const exit = await facetOf(driver, 'guest').exec({ id, command, input: 'in and out' }, never);
    expect(exit).toMatchObject({ exitCode: 3, signal: null, truncated: false });
    expect(Buffer.from(exit.output, 'base64').toString()).toBe('in and out');
    expect(Buffer.from(exit.errors, 'base64').toString()).toBe('wrong\n');
  });

  test('one that is not there is named, and a cancelled one is ended', async () => {
    await expect(run('/no/such/program')).rejects.toMatchObject({ reason: 'guestRefused' });
    const cancel = new AbortController();
    const running = facetOf(driver, 'guest').exec({ id, command: ['sleep', '2000'], input: '' }, cancel.signal);
    const isThere = async () =>
      (await facetOf(driver, 'processes').list(id, never)).processes.some(({ command }) => command === 'sleep 2000');
    await expect.poll(isThere).toBe(true);
    cancel.abort();
    await expect(running).rejects.toMatchObject({ reason: 'cancelled' });
    await expect.poll(isThere).toBe(false);
  });
});

test('files go in and come out with the same bytes', async () => {
  await using tree = await facetOf(driver, 'files').open(id, never);
  const bytes = randomBytes(700_001);
  await run('rm', '-rf', '/srv/cargo');
  const tar = pack();
  tar.entry({ name: 'cargo/blob', mode: 0o640 }, bytes);
  tar.entry({ name: 'cargo/with "quotes" and é' }, 'small');
  tar.finalize();
  await tree.unpack('/srv', tar as AsyncIterable<Uint8Array>, { keepRoot: false }, never);
  expect((await tree.list('/srv/cargo', never)).entries.map(({ name, sizeBytes }) => ({ name, sizeBytes }))).toEqual(
    expect.arrayContaining([
      { name: 'blob', sizeBytes: bytes.length },
      { name: 'with "quotes" and é', sizeBytes: 5 },
    ]),
  );
  expect((await contentOf(tree, '/srv/cargo/blob')).equals(bytes)).toBe(true);
  await tree.rename('/srv/cargo/blob', '/srv/cargo/moved', never);
  await tree.remove('/srv/cargo', ['with "quotes" and é'], never);
  expect((await tree.list('/srv/cargo', never)).entries.map(({ name }) => name)).toEqual(['moved']);
  await expect(tree.read('/srv/none', {}, never)).rejects.toMatchObject({ reason: 'filePathMissing' });
  // Nothing of the way stays behind.
  expect((await run('sh', '-c', 'ls -A /var/tmp | grep -c catamaran')).output).toBe('0\n');
});

test('a key is added, a password set, and what is free given back', async () => {
  const guest = facetOf(driver, 'guest');
  const key = KEY.replace('crew@catamaran', 'second@catamaran').replace('IJmv', 'IKmv');
  await guest.addSshKey({ id, user: 'crew', key }, never);
  expect((await run('cat', '/home/crew/.ssh/authorized_keys')).output).toContain('second@catamaran');
  const before = (await run('grep', '^crew:', '/etc/shadow')).output;
  await guest.setPassword({ id, user: 'crew', password: 'a new password' }, never);
  expect((await run('grep', '^crew:', '/etc/shadow')).output).not.toBe(before);
  expect(await guest.trim(id, never)).toEqual(expect.arrayContaining([expect.objectContaining({ mountPoint: '/' })]));
});

test('a snapshot of the disk is taken while nothing is written to it', async () => {
  const request = { name: 'whole', description: '', automatic: false, withMemory: false };
  await facetOf(driver, 'snapshots').take(id, request, () => {}, never);
  // ext4 clears this when it is frozen, and sets it again when it goes on: superblock, s_feature_incompat.
  const RECOVER = 0x4;
  const sector = (ROOT_PARTITION_BYTES + 1024) / 512;
  const copied = join(folder, 'superblock');
  const part = ['bs=512', `skip=${sector}`, `count=${sector + 2}`];
  await promisify(execFile)('qemu-img', ['dd', '-U', '-f', 'qcow2', '-O', 'raw', ...part, `if=${diskFile}`, `of=${copied}`]);
  const superblock = await readFile(copied);
  expect(superblock.readUInt16LE(0x38)).toBe(0xef53);
  expect(superblock.readUInt32LE(0x60) & RECOVER).toBe(0);
  expect(await run('sh', '-c', 'echo on > /var/lib/goes; sync; cat /var/lib/goes')).toMatchObject({ exitCode: 0, output: 'on\n' });
});

test(
  'its memory comes back with its processes and the time; its kernel knows that it went back, and its clipboard is shared again',
  async () => {
    await expect.poll(async () => (await report()).state, { timeout: BOOT_LIMIT_MS, interval: 500 }).toBe('ready');
    const snapshots = facetOf(driver, 'snapshots');
    const look = async () => {
      const { output } = await run('sh', '-c', 'cat /proc/sys/kernel/random/boot_id /dev/shm/word; pidof sleep; date +%s');
      const [boot, word, pid, time] = output.trim().split('\n');
      return { of: [boot, word, pid], lateS: Math.abs(Number(time) - Date.now() / 1000) };
    };
    await run('sh', '-c', 'echo then > /dev/shm/word; setsid -f sleep 100000 > /dev/null 2>&1 < /dev/null');
    const before = await look();
    // It is taken away while memory is written and loaded: the agent of its desktop has to find it anew.
    const clipboard = () => facetOf(driver, 'displays').clipboard(id, never);
    await startDesktop({ driver, id });
    await expect.poll(clipboard).toBe('ready');
    const request = { name: 'memory', description: '', automatic: false, withMemory: true };
    const snapshot = await snapshots.take(id, request, () => {}, never);
    await expect.poll(clipboard).toBe('ready');
    await run('sh', '-c', 'echo now > /dev/shm/word; pkill sleep');
    // Of this kernel's driver of the generation ID: a cloud's kernel has none.
    const knows = (await run('sh', '-c', 'ls /sys/bus/acpi/drivers')).output.includes('vmgenid');
    for (const _time of [1, 2]) {
      await snapshots.revert(id, snapshot, never);
      await driver.act(id, 'start', { force: false }, never);
      await expect.poll(async () => (await report()).state, { timeout: BOOT_LIMIT_MS, interval: 500 }).toBe('ready');
      const after = await look();
      expect(after.of).toEqual(before.of);
      await expect.poll(clipboard).toBe('ready');
      await expect.poll(async () => (await look()).lateS).toBeLessThan(10);
      if (knows) expect((await run('sh', '-c', 'dmesg | grep "virtual machine fork"')).output).toContain('reseeded');
    }
  },
  BOOT_LIMIT_MS,
);

test('a paused one is not waited for, and gets the time when it goes on', async () => {
  await driver.act(id, 'pause', { force: false }, never);
  await expect(facetOf(driver, 'processes').list(id, never)).rejects.toMatchObject({ reason: 'machineWrongState' });
  await driver.act(id, 'resume', { force: false }, never);
  await expect.poll(async () => Math.abs(Number((await run('date', '+%s%3N')).output) - Date.now())).toBeLessThan(5000);
});

test(
  'a stop shuts the system down from inside',
  async () => {
    await driver.act(id, 'stop', { force: false }, never);
    expect(await find()).toMatchObject({ state: 'stopped', exitCode: 0, problem: null, vm: { addresses: [] } });
  },
  BOOT_LIMIT_MS,
);
