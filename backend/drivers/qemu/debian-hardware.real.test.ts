import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDesktop } from '../../../testing/debian-desktop.ts';
import { debianGuest } from '../../../testing/debian-guest.ts';
import { inGuest } from '../../../testing/in-guest.ts';
import { type OwnNetwork, ownNetwork } from '../../../testing/own-network.ts';
import { serversOf } from '../../../testing/servers-of.ts';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, testQemuOptions } from '../../../testing/test-guests.ts';
import { TEST_HARDWARE } from '../../../testing/vm-hardware.ts';
import { VncViewer } from '../../../testing/vnc-viewer.ts';
import type { MachineId, VmHardware } from '../../contract/index.ts';
import { silentLogger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Driver } from '../driver.ts';
import { facetOf } from '../facets.ts';
import { diskOf } from './definition.ts';
import type { QemuFinderOptions } from './finder.ts';
import { isRoot } from './sharing.ts';
import { serialFiles, type VmFiles, vmFiles } from './vm-files.ts';

const never = new AbortController().signal;
const [MIB, GIB] = [2 ** 20, 2 ** 30];
const BUILD_LIMIT_MS = 600_000;
const BOOT_LIMIT_MS = 900_000;
const SEEN = { timeout: 60_000, interval: 200 };
const SSH = 22;
/** A line of 80 characters is white in at least a tenth of its 80 × 8 × 16 pixels, of three bytes each. */
const LIT_BY_LINE = 3000;
const MAC = '52:54:00:12:34:56';

/** One boot for all tests: they follow one another, and the last one boots it a second time, into less. */
let parts: AsyncDisposableStack;
let folder: string;
let host: Host;
let options: QemuFinderOptions;
let driver: Driver;
let network: OwnNetwork | string;
let virtiofs: boolean;
let id: MachineId;
let files: VmFiles;

beforeAll(async () => {
  parts = new AsyncDisposableStack();
  const debian = await debianGuest();
  if (typeof debian === 'string') throw new Error(debian);
  folder = parts.use(await temporaryFolder()).path;
  network = await ownNetwork(folder);
  const env = typeof network === 'string' ? {} : { env: { ...process.env, PATH: `${parts.use(network).programs}:${process.env.PATH}` } };
  host = parts.use(createLocalHost({ logger: silentLogger, ...env }));
  virtiofs = await isRoot(host, never);
  options = await testQemuOptions(folder);
  driver = await connectTestQemu(host, options, never);
  parts.defer(() => driver[Symbol.asyncDispose]());
  for (const name of ['rw', 'ro']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'hello'), `from the host: ${name}\n`);
  }
  const hardware: VmHardware = {
    ...TEST_HARDWARE,
    firmware: 'uefi',
    tpm: true,
    topology: { sockets: 1, cores: 2, threads: 2 },
    pinnedCpus: [0],
    serialPorts: 2,
    display: 'virtio',
    macAddress: MAC,
    network: typeof network === 'string' ? { type: 'user' } : { type: 'bridge', bridge: network.bridge },
    sharedFolders: [
      { tag: 'rw', path: join(folder, 'rw'), writable: true },
      { tag: 'ro', path: join(folder, 'ro'), writable: false },
    ],
  };
  const cloudInit = { userData: '#cloud-config\nhostname: seeded\n', networkConfig: networkConfig() };
  const vms = facetOf(driver, 'virtualMachines');
  const spec = { name: 'debian', cpus: 2, memoryBytes: 768 * MIB, ports: [], autostart: false, source: null };
  id = await vms.create({ ...spec, hardware, cloudInit }, never);
  parts.defer(() => driver.act(id, 'remove', { force: true }, never));
  files = vmFiles(options, id.slice(id.indexOf('/') + 1));
  const root = diskOf('root', 3 * GIB);
  const create = ['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', debian.path] as const;
  await vms.addDisk(id, root, async (path) => void (await host.exec([...create, path, String(root.sizeBytes)], {}, never)), never);
  await vms.finish(id, never);
  await driver.act(id, 'start', { force: false }, never);
}, BUILD_LIMIT_MS);
afterAll(() => parts[Symbol.asyncDispose]());

function networkConfig(): string | null {
  if (typeof network === 'string') return null;
  const { guestAddress, prefix } = network;
  return `version: 2\nethernets:\n  net0:\n    match:\n      macaddress: "${MAC}"\n    addresses: [${guestAddress}/${prefix}]\n`;
}

/** What a line for its shell writes. */
async function ask(line: string): Promise<string> {
  const { output, errors } = await inGuest({ driver, id }, 'sh', '-c', line);
  return (output + errors).trim();
}

/** How large its screen is, and how many bytes of it are not black. */
async function screen(): Promise<{ size: [number, number]; lit: number }> {
  const { widthPx, heightPx, rgb } = await facetOf(driver, 'displays').capture(id, never);
  return { size: [widthPx, heightPx], lit: rgb.reduce((sum, byte) => sum + (byte === 0 ? 0 : 1), 0) };
}

/** Threads of its QEMU that keep to the host's first processor. */
async function pinnedThreads(): Promise<number> {
  const pid = (await readFile(files.pid, 'utf8')).trim();
  const threads = await readdir(`/proc/${pid}/task`);
  const told = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/status`, 'utf8').catch(() => '')));
  return told.filter((status) => /^Cpus_allowed_list:\t0$/m.test(status)).length;
}

test('what serves it runs beside it, and its processors keep to their places', async () => {
  expect(await serversOf(files)).toEqual(['qemu-system-x86_64', 'swtpm', ...(virtiofs ? ['virtiofsd'] : [])]);
  expect(existsSync(serialFiles(files, 1).socket)).toBe(true);
  expect(await pinnedThreads()).toBe(2);
});

test(
  'it comes up by UEFI while the app is started again, and finds all of its hardware',
  async () => {
    await driver[Symbol.asyncDispose]();
    driver = await connectTestQemu(host, options, never);
    const state = async () => (await facetOf(driver, 'guest').report(id, never)).state;
    await expect.poll(state, { timeout: BOOT_LIMIT_MS, interval: 500 }).toBe('ready');
    expect(await ask('cloud-init status --wait')).toContain('status: done');
    expect(await ask('hostname')).toBe('seeded');
    expect(await ask('ls -d /sys/firmware/efi /dev/tpm0')).toBe('/dev/tpm0\n/sys/firmware/efi');
    expect(await ask('nproc; cat /sys/devices/system/cpu/possible')).toBe('2\n0-3');
    expect(await ask('cat /sys/bus/cpu/devices/*/topology/physical_package_id | sort -u')).toBe('0');
    expect(await ask('ls /sys/block')).toBe('vda\nvdb');
    expect(await ask("grep -c 'uart:16550A' /proc/tty/driver/serial")).toBe('2');
    expect(existsSync(files.tpmState)).toBe(true);
  },
  BOOT_LIMIT_MS,
);

test('its console is on the screen of virtio-gpu', async () => {
  expect(await ask('cat /sys/class/graphics/fb0/name')).toBe('virtio_gpudrmfb');
  expect(await ask('printf "\\033[2J" > /dev/tty1')).toBe('');
  const before = await screen();
  expect(before.size).toEqual([1280, 800]);
  expect(await ask("printf '%080d\\n' 0 > /dev/tty1")).toBe('');
  await expect.poll(async () => (await screen()).lit - before.lit, SEEN).toBeGreaterThan(LIT_BY_LINE);
});

test('text is copied from a viewer to its desktop and back as it is, by the agent of spice', async () => {
  const displays = facetOf(driver, 'displays');
  expect(await displays.clipboard(id, never)).toBe('noAgent');
  await startDesktop({ driver, id });
  await expect.poll(() => displays.clipboard(id, never), SEEN).toBe('ready');

  const xclip = 'DISPLAY=:0 xclip -selection clipboard -t UTF8_STRING';
  const offered = `한글 😀\tGrüße\nand ${'much '.repeat(50_000)}more\n`;
  const socket = await displays.open(id, never);
  const copied = (await VncViewer.connect(socket)).shareClipboard(offered);
  const first = copied.next();
  const pasted = async () => (await inGuest({ driver, id }, 'sh', '-c', `${xclip} -o`)).output;
  await expect.poll(pasted, SEEN).toBe(offered);

  expect(await ask(`printf '한글 😀\\n and back' | ${xclip} -i > /dev/null 2>&1`)).toBe('');
  expect(await first).toEqual({ done: false, value: '한글 😀\n and back' });
  socket.destroy();
  expect(await ask('systemctl stop agent xvfb')).toBe('');
  await expect.poll(() => displays.clipboard(id, never), SEEN).toBe('noAgent');
});

test('on a bridge it has the address that its seed gave it, and answers there', async (context) => {
  if (typeof network === 'string') return context.skip(network);
  const { interfaces } = await facetOf(driver, 'guest').report(id, never);
  expect(interfaces.find(({ macAddress }) => macAddress === MAC)?.addresses).toContainEqual({
    address: network.guestAddress,
    prefix: network.prefix,
  });
  expect(await network.greeting(SSH)).toContain('OpenSSH');
});

test('a cable is pulled out, and plugged in again', async () => {
  const carrier = () => ask('cat /sys/class/net/e*/carrier');
  for (const [linkUp, seen] of [
    [false, '0'],
    [true, '1'],
  ] as const) {
    await facetOf(driver, 'hardware').change(id, { hardware: { linkUp } }, never);
    await expect.poll(carrier, SEEN).toBe(seen);
  }
});

test('folders of the host are there: by virtiofs where there is one, by 9p else, and one of them to read only', async () => {
  const mount = (type: string, tag: string, more = '') =>
    ask(`mkdir -p /mnt/${tag}; mount -t ${type} ${more} ${tag} /mnt/${tag} && cat /mnt/${tag}/hello`);
  const by9p = '-o trans=virtio,version=9p2000.L';
  expect(await ask('modprobe -a 9p 9pnet_virtio virtiofs')).toBe('');
  expect(await (virtiofs ? mount('virtiofs', 'rw') : mount('9p', 'rw', by9p))).toBe('from the host: rw');
  expect(await ask('echo "from the guest" > /mnt/rw/answer')).toBe('');
  expect(await readFile(join(folder, 'rw', 'answer'), 'utf8')).toBe('from the guest\n');
  expect(await mount('9p', 'ro', by9p)).toBe('from the host: ro');
  expect(await ask('echo no > /mnt/ro/answer')).toContain('Read-only file system');
  expect(await readdir(join(folder, 'ro'))).toEqual(['hello']);
  expect(await ask('umount /mnt/rw /mnt/ro')).toBe('');
});

test('processors that are added are used at once, and keep to their places too', async () => {
  await facetOf(driver, 'hardware').change(id, { cpus: 4 }, never);
  await expect.poll(() => ask("nproc; grep -c '^processor' /proc/cpuinfo"), SEEN).toBe('4\n4');
  expect((await facetOf(driver, 'guest').report(id, never)).cpus).toEqual({ online: 4, total: 4 });
  // A thread that one of them begins keeps to its place as well.
  expect(await pinnedThreads()).toBeGreaterThanOrEqual(4);
});

test('a disk comes, grows, goes and comes again with what is on it', async () => {
  const disks = facetOf(driver, 'disks');
  const onProgress = () => {};
  const blocks = () => ask('ls /sys/block');
  expect(await disks.add({ machineId: id, from: { type: 'blank', sizeBytes: 64 * MIB }, onProgress }, never)).toEqual({
    takesEffect: 'now',
  });
  await expect.poll(blocks, SEEN).toBe('vda\nvdb\nvdc');
  await disks.grow({ machineId: id, diskId: 'data1', sizeBytes: 96 * MIB }, never);
  await expect.poll(() => ask('cat /sys/block/vdc/size'), SEEN).toBe(String((96 * MIB) / 512));
  expect(await ask('mkfs.ext4 -q /dev/vdc && mount /dev/vdc /mnt && echo kept > /mnt/word && umount /mnt')).toBe('');
  expect(await disks.detach({ machineId: id, diskId: 'data1' }, never)).toEqual({ takesEffect: 'now' });
  await expect.poll(blocks, SEEN).toBe('vda\nvdb');
  await disks.add({ machineId: id, from: { type: 'detached', file: 'data1.qcow2' }, onProgress }, never);
  await expect.poll(blocks, SEEN).toBe('vda\nvdb\nvdc');
  expect(await ask('mount /dev/vdc /mnt && cat /mnt/word && umount /mnt')).toBe('kept');
});

test('memory that it is asked for goes, and comes back', async () => {
  const kibibytes = async () => Number((await ask('grep MemTotal /proc/meminfo')).replaceAll(/\D/g, ''));
  const before = await kibibytes();
  const { setBalloon } = facetOf(driver, 'hardware');
  await setBalloon(id, 512 * MIB, never);
  await expect.poll(kibibytes, SEEN).toBe(before - (256 * MIB) / 1024);
  await setBalloon(id, 768 * MIB, never);
  await expect.poll(kibibytes, SEEN).toBe(before);
});

/** In place of systemd, for the second boot. */
const LESS = `#!/bin/sh
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
modprobe virtio_net
ip addr add "$1" dev eth0
ip link set eth0 up
mkdir -p /run/sshd
printf '\\033[2J%080d\n' 0 > /dev/tty1
exec /usr/sbin/sshd -D
`;
/** What systemd-boot starts next, once. Of its kind in UEFI: kept without power, for the loader and for what it loads. */
const ONE_SHOT = 'LoaderEntryOneShot-4a67b082-0a4c-41cf-b6c7-440b29bb8c4f';
const ATTRIBUTES = Buffer.from([7, 0, 0, 0]);

test(
  'what it wrote into its UEFI counts for its next start, which has the network and the screen that were changed meanwhile',
  async (context) => {
    if (typeof network === 'string') return context.skip(network);
    const write = async (path: string, content: Buffer | string) => {
      const command = ['sh', '-c', 'base64 -d > "$0"', path];
      const exit = await facetOf(driver, 'guest').exec({ id, command, input: Buffer.from(content).toString('base64') }, never);
      expect(exit.exitCode).toBe(0);
    };
    expect(await ask('mount /dev/vda1 /mnt')).toBe('');
    const usual = await ask('cat /mnt/loader/entries/debian.conf');
    const address = `${network.guestAddress}/${network.prefix}`;
    await write('/mnt/loader/entries/less.conf', `${usual} init=/usr/local/sbin/less-init\n`);
    await write('/usr/local/sbin/less-init', LESS.replace('"$1"', address));
    await write(`/sys/firmware/efi/efivars/${ONE_SHOT}`, Buffer.concat([ATTRIBUTES, Buffer.from('less.conf\0', 'utf16le')]));
    expect(await ask('chmod 755 /usr/local/sbin/less-init; umount /mnt; sync')).toBe('');
    await facetOf(driver, 'hardware').change(id, { hardware: { network: { type: 'tap', device: network.tap }, display: 'std' } }, never);
    expect((await facetOf(driver, 'hardware').get(id, never)).atNextStart).toEqual(['network', 'display']);

    await driver.act(id, 'kill', { force: false }, never);
    expect(await serversOf(files)).toEqual([]);
    await driver.act(id, 'start', { force: false }, never);
    const { greeting } = network;
    await expect.poll(() => greeting(SSH).catch(() => null), { timeout: BOOT_LIMIT_MS, interval: 500 }).toContain('OpenSSH');
    expect((await facetOf(driver, 'guest').report(id, never)).state).toBe('absent');
    expect((await screen()).size).toEqual([1280, 800]);
    await expect.poll(async () => (await screen()).lit, SEEN).toBeGreaterThan(LIT_BY_LINE);
  },
  BOOT_LIMIT_MS,
);
