import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { debianGuest } from '../../../testing/debian-guest.ts';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, testQemuOptions } from '../../../testing/test-guests.ts';
import { TEST_HARDWARE } from '../../../testing/vm-hardware.ts';
import type { MachineId, PortForward, VmHardware } from '../../contract/index.ts';
import { silentLogger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Driver } from '../driver.ts';
import { diskOf } from './definition.ts';
import type { QemuFinderOptions } from './finder.ts';
import { Qmp } from './qmp.ts';
import { isRoot } from './sharing.ts';
import { serialFiles, type VmFiles, vmFiles } from './vm-files.ts';

const never = new AbortController().signal;
const [MIB, GIB] = [2 ** 20, 2 ** 30];
const BOOT_MS = 400_000;
const HARDWARE: VmHardware = { ...TEST_HARDWARE, firmware: 'uefi', tpm: true };

let parts: AsyncDisposableStack;
let folder: string;
let host: Host;
let options: QemuFinderOptions;
let driver: Driver;

beforeAll(async () => {
  parts = new AsyncDisposableStack();
  host = parts.use(createLocalHost({ logger: silentLogger }));
  folder = parts.use(await temporaryFolder()).path;
  options = await testQemuOptions(folder);
  driver = await connectTestQemu(host, options, never);
  parts.defer(() => driver[Symbol.asyncDispose]());
});
afterAll(() => parts[Symbol.asyncDispose]());

interface Asked {
  hardware: Partial<VmHardware>;
  cpus?: number;
  memoryBytes?: number;
  ports?: PortForward[];
  userData?: string;
  /** Its root disk lies on top of this one; none: it is empty. */
  base?: string;
}

async function make(name: string, asked: Asked): Promise<{ id: MachineId; files: VmFiles } & AsyncDisposable> {
  const vms = driver.virtualMachines;
  if (vms === undefined) throw new Error('QEMU runs virtual machines');
  const { hardware, userData, base, cpus = 1, memoryBytes = 256 * MIB, ports = [] } = asked;
  const cloudInit = userData === undefined ? {} : { cloudInit: { userData, networkConfig: null } };
  const spec = { name, cpus, memoryBytes, ports, autostart: false, source: null, ...cloudInit };
  const id = await vms.create({ ...spec, hardware: { ...HARDWARE, ...hardware } }, never);
  const root = diskOf('root', base === undefined ? 64 * MIB : 4 * GIB);
  const backing = base === undefined ? [] : ['-b', base, '-F', 'qcow2'];
  const create = async (path: string) =>
    void (await host.exec(['qemu-img', 'create', '-q', '-f', 'qcow2', ...backing, path, String(root.sizeBytes)], {}, never));
  await vms.addDisk(id, root, create, never);
  const files = vmFiles(options, id.slice(id.indexOf('/') + 1));
  return { id, files, [Symbol.asyncDispose]: () => driver.act(id, 'remove', { force: true }, never) };
}

/** What a machine wrote to its first serial port, once the pattern is in it. */
async function written(files: VmFiles, pattern: RegExp): Promise<string> {
  const limit = AbortSignal.timeout(BOOT_MS);
  let text = '';
  for await (const chunk of host.follow(files.bootLog, 0, limit)) {
    text += Buffer.from(chunk).toString('latin1');
    if (pattern.test(text)) return text;
  }
  throw new Error(`${pattern} was not written:\n${text.slice(-3000)}`);
}

/** Processes whose command names this machine's folder for sockets. */
async function servers({ runFolder }: VmFiles): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const commands = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')));
  return commands.filter((command) => command.includes(`${runFolder}/`)).map((command) => command.split('\0')[0]?.split('/').at(-1) ?? '');
}

test('a Debian told by its seed finds all of its hardware, through a restart of the app, and leaves nothing running', async (context) => {
  const debian = await debianGuest();
  if (typeof debian === 'string') return context.skip(debian);
  for (const name of ['rw', 'ro']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'hello'), `from the host: ${name}\n`);
  }
  const virtiofs = await isRoot(host, never);
  const userData = `#cloud-config
hostname: seeded
write_files:
  - path: /run/look.sh
    content: |
      echo "cpus: $(nproc) of $(cat /sys/devices/system/cpu/possible), core ids $(cat /sys/devices/system/cpu/cpu*/topology/core_id | sort -u | wc -l)"
      echo "disks: $(ls /sys/block | tr '\\n' ' ')"
      echo "serial: $(grep -c 'uart:16550A' /proc/tty/driver/serial)"
      echo "firmware: $(ls -d /sys/firmware/efi)"
      echo "tpm: $(ls /sys/firmware/acpi/tables/TPM2)"
      echo "name: $(hostname)"
      modprobe virtiofs; mkdir /mnt/rw
      mount -t virtiofs rw /mnt/rw && cat /mnt/rw/hello && echo 'from the guest' > /mnt/rw/answer
      echo "folders: $(cat /sys/bus/virtio/devices/*/device | sort | uniq -c | tr -s ' \\n' ' ')"
runcmd:
  - sh /run/look.sh > /dev/ttyS0 2>&1
  - echo LOOKED-AROUND > /dev/ttyS0
`;
  const hardware: Partial<VmHardware> = {
    topology: { sockets: 1, cores: 2, threads: 2 },
    pinnedCpus: [0],
    serialPorts: 2,
    sharedFolders: [
      { tag: 'rw', path: join(folder, 'rw'), writable: true },
      { tag: 'ro', path: join(folder, 'ro'), writable: false },
    ],
  };
  await using machine = await make('debian', { hardware, cpus: 2, memoryBytes: 768 * MIB, userData, base: debian.path });
  await driver.virtualMachines?.finish(machine.id, never);
  await driver.act(machine.id, 'start', { force: false }, never);
  const { files } = machine;
  expect((await servers(files)).sort()).toEqual(['qemu-system-x86_64', 'swtpm', ...(virtiofs ? ['virtiofsd', 'virtiofsd'] : [])]);
  expect(existsSync(serialFiles(files, 1).socket)).toBe(true);
  const pid = (await readFile(files.pid, 'utf8')).trim();
  const threads = await readdir(`/proc/${pid}/task`);
  const lists = await Promise.all(threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/status`, 'utf8').catch(() => '')));
  expect(lists.filter((status) => /^Cpus_allowed_list:\t0$/m.test(status))).toHaveLength(2);

  await driver[Symbol.asyncDispose]();
  driver = await connectTestQemu(host, options, never);
  const text = await written(files, /LOOKED-AROUND/);
  expect(text).toContain('cpus: 2 of 0-3');
  expect(text).toContain('disks: vda vdb');
  expect(text).toContain('serial: 2');
  expect(text).toContain('firmware: /sys/firmware/efi');
  expect(text).toContain('tpm: /sys/firmware/acpi/tables/TPM2');
  expect(text).toContain('name: seeded');
  if (virtiofs) {
    expect(text).toContain('from the host: rw');
    expect(await readFile(join(folder, 'rw', 'answer'), 'utf8')).toBe('from the guest\n');
  }
  // 9p is device 9 of virtio, virtiofs 26; the cloud kernel knows no 9p.
  expect(text).toMatch(virtiofs ? /folders: .*1 0x0009.*1 0x001a/ : /folders: .*2 0x0009/);
  expect(existsSync(files.tpmState)).toBe(true);

  await driver.act(machine.id, 'kill', { force: false }, never);
  expect(await servers(files)).toEqual([]);
}, 600_000);

test('the UEFI of a PC lists its SATA disk, and its TPM ends with it', async () => {
  await using machine = await make('pc', { hardware: { cdrom: { path: null } } });
  await driver.virtualMachines?.addBlankDisk(machine.id, { ...diskOf('data', 32 * MIB), bus: 'sata' }, never);
  await driver.virtualMachines?.finish(machine.id, never);
  await driver.act(machine.id, 'start', { force: false }, never);
  expect((await servers(machine.files)).sort()).toEqual(['qemu-system-x86_64', 'swtpm']);
  expect(await written(machine.files, /Shell>/)).toMatch(/Sata\(0x\d/);
  await driver.act(machine.id, 'kill', { force: false }, never);
  expect(await servers(machine.files)).toEqual([]);
}, 300_000);

test('AArch64 reaches the shell of its UEFI', async () => {
  const hardware = { architecture: 'aarch64', machine: 'virt', serialPorts: 2, display: 'virtio' } as const;
  await using machine = await make('arm', { hardware });
  await driver.virtualMachines?.finish(machine.id, never);
  await driver.act(machine.id, 'start', { force: false }, never);
  expect(await written(machine.files, /UEFI Interactive Shell|Shell>/)).toContain('UEFI');
}, 300_000);

test('a start that fails leaves nothing of what serves the machine', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const hostPort = typeof address === 'object' && address !== null ? address.port : 0;
  await using machine = await make('taken', {
    hardware: {},
    ports: [{ protocol: 'tcp', hostAddress: '127.0.0.1', hostPort, machinePort: 80 }],
  });
  await driver.virtualMachines?.finish(machine.id, never);
  await expect(driver.act(machine.id, 'start', { force: false }, never)).rejects.toMatchObject({ reason: 'portTaken' });
  expect(await servers(machine.files)).toEqual([]);
  server.close();
});

test('what this host can do is looked up', async () => {
  const abilities = await driver.virtualMachines?.abilities(never);
  expect(abilities).toMatchObject({ native: 'x86_64', architectures: { x86_64: null, aarch64: null }, uefi: { x86_64: null }, tpm: null });
});

/** What QEMU itself says of a running machine. It serves one client, so the driver lets go of it meanwhile. */
async function askQemu<T>(files: VmFiles, ask: (qmp: Qmp) => Promise<T>): Promise<T> {
  await driver[Symbol.asyncDispose]();
  try {
    await using qmp = await Qmp.connect(host, { path: files.qmp, onEvent: () => {} }, never);
    return await ask(qmp);
  } finally {
    driver = await connectTestQemu(host, options, never);
  }
}

test('processors’ places, network card, screen and serial ports that are changed while it runs are there from its next start on', async () => {
  const macAddress = '52:54:00:ca:7a:01';
  await using machine = await make('changed', { hardware: { firmware: 'bios', tpm: false } });
  const { id, files } = machine;
  const seen = (qmp: Qmp) =>
    Promise.all([
      qmp.execute('query-cpus-fast', {}, never).then((cpus) => (cpus as { props: unknown }[]).map(({ props }) => props)),
      qmp.execute('query-hotpluggable-cpus', {}, never).then((places) => (places as unknown[]).length),
      qmp.monitor('info network', never),
      qmp
        .execute('query-chardev', {}, never)
        .then((all) => (all as { label: string }[]).filter(({ label }) => /^serial\d$/.test(label)).length),
    ]);
  const shown = async () => (await driver.list(never)).find((one) => one.id === id);
  const start = () => driver.act(id, 'start', { force: false }, never);
  await driver.virtualMachines?.finish(id, never);
  await start();
  const hardware: Partial<VmHardware> = { topology: { sockets: 1, cores: 2, threads: 2 }, macAddress, serialPorts: 3, display: 'std' };
  await driver.hardware?.change(id, { cpus: 3, hardware }, never);
  const waiting = ['cpus', 'topology', 'macAddress', 'display', 'serialPorts'];
  expect(await shown()).toMatchObject({ terminals: ['console'], limits: { cpus: 1 }, vm: { display: false, atNextStart: waiting } });
  const [cpus, places, network, serialPorts] = await askQemu(files, seen);
  expect([cpus.length, places, serialPorts]).toEqual([1, 1, 1]);
  expect(network).not.toContain(macAddress);
  await expect(driver.hardware?.change(id, { hardware: { pinnedCpus: [4096] } }, never)).rejects.toMatchObject({ reason: 'invalidInput' });

  await driver.act(id, 'kill', { force: false }, never);
  await start();
  expect(await shown()).toMatchObject({ terminals: ['console', 'serial2', 'serial3'], vm: { display: true, atNextStart: [] } });
  const [cpusThen, placesThen, networkThen, serialPortsThen] = await askQemu(files, seen);
  expect(cpusThen).toMatchObject([
    { 'core-id': 0, 'thread-id': 0 },
    { 'core-id': 0, 'thread-id': 1 },
    { 'core-id': 1, 'thread-id': 0 },
  ]);
  expect([placesThen, serialPortsThen]).toEqual([4, 3]);
  expect(networkThen).toContain(`macaddr=${macAddress}`);
  expect(networkThen).toContain('type=user');

  // Forwards wait as long as there is no network that has them.
  const ports: PortForward[] = [
    { protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: await host.freePort(20_000, never), machinePort: 22 },
  ];
  await driver.hardware?.change(id, { hardware: { network: { type: 'none' } } }, never);
  await driver.virtualMachines?.setPorts(id, ports, never);
  expect(await shown()).toMatchObject({ ports, vm: { atNextStart: ['network'] } });
  await driver.act(id, 'kill', { force: false }, never);
  await start();
  expect(await shown()).toMatchObject({ ports: [] });
  await driver.virtualMachines?.setPorts(id, [], never);
  expect(await askQemu(files, (qmp) => qmp.monitor('info network', never))).toBe('');
}, 120_000);
