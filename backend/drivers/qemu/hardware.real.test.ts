import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { armGuest } from '../../../testing/arm-guest.ts';
import { serversOf } from '../../../testing/servers-of.ts';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, testQemuOptions } from '../../../testing/test-guests.ts';
import { TEST_PORTS } from '../../../testing/test-ports.ts';
import { TEST_HARDWARE } from '../../../testing/vm-hardware.ts';
import type { MachineId, PortForward, VmHardware } from '../../contract/index.ts';
import { silentLogger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Driver } from '../driver.ts';
import { facetOf } from '../facets.ts';
import { diskOf } from './definition.ts';
import type { QemuFinderOptions } from './finder.ts';
import { Qmp } from './qmp.ts';
import { type VmFiles, vmFiles } from './vm-files.ts';

const never = new AbortController().signal;
const MIB = 2 ** 20;
const BOOT_MS = 250_000;
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
  /** Its root disk lies on top of this one; none: it is empty. */
  base?: string;
}

async function make(name: string, asked: Asked): Promise<{ id: MachineId; files: VmFiles } & AsyncDisposable> {
  const vms = driver.virtualMachines;
  if (vms === undefined) throw new Error('QEMU runs virtual machines');
  const { hardware, cpus = 1, memoryBytes = 256 * MIB, ports = [], base } = asked;
  const spec = { name, cpus, memoryBytes, ports, autostart: false, source: null };
  const id = await vms.create({ ...spec, hardware: { ...HARDWARE, ...hardware } }, never);
  const root = diskOf('root', 64 * MIB);
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

test('the UEFI of a PC lists its SATA disk, and its TPM ends with it', async () => {
  await using machine = await make('pc', { hardware: { cdrom: { path: null } } });
  await driver.virtualMachines?.addBlankDisk(machine.id, { ...diskOf('data', 32 * MIB), bus: 'sata' }, never);
  await driver.virtualMachines?.finish(machine.id, never);
  await driver.act(machine.id, 'start', { force: false }, never);
  expect(await serversOf(machine.files)).toEqual(['qemu-system-x86_64', 'swtpm']);
  expect(await written(machine.files, /Shell>/)).toMatch(/Sata\(0x\d/);
  await driver.act(machine.id, 'kill', { force: false }, never);
  expect(await serversOf(machine.files)).toEqual([]);
});

test('a Linux for AArch64 comes up by UEFI, emulated, which it says, and disks come and go while it runs', async (context) => {
  const arm = await armGuest();
  if (typeof arm === 'string') return context.skip(arm);
  const hardware = { architecture: 'aarch64', machine: 'virt', serialPorts: 2, display: 'virtio' } as const;
  await using machine = await make('arm', { hardware, memoryBytes: 512 * MIB, base: arm.path });
  const { id, files } = machine;
  await driver.virtualMachines?.finish(id, never);
  await driver.act(id, 'start', { force: false }, never);
  expect((await driver.list(never)).find((one) => one.id === id)).toMatchObject({
    state: 'running',
    vm: { architecture: 'aarch64', accelerator: 'tcg', foreign: true },
  });
  expect(await written(files, /disks: vda\./)).toContain('a guest on aarch64');
  const disks = facetOf(driver, 'disks');
  const from = { type: 'blank', sizeBytes: 64 * MIB } as const;
  expect(await disks.add({ machineId: id, from, onProgress: () => {} }, never)).toEqual({ takesEffect: 'now' });
  await written(files, /disks: vda vdb\./);
  expect(await disks.detach({ machineId: id, diskId: 'data1' }, never)).toEqual({ takesEffect: 'now' });
  await written(files, /disks: vda vdb\.\s+disks: vda\./);
});

test('a start that fails leaves nothing of what serves the machine', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const hostPort = typeof address === 'object' && address !== null ? address.port : 0;
  await using _closed = { [Symbol.asyncDispose]: async () => void server.close() };
  await using machine = await make('taken', {
    hardware: {},
    ports: [{ protocol: 'tcp', hostAddress: '127.0.0.1', hostPort, machinePort: 80 }],
  });
  await driver.virtualMachines?.finish(machine.id, never);
  await expect(driver.act(machine.id, 'start', { force: false }, never)).rejects.toMatchObject({ reason: 'portTaken' });
  expect(await serversOf(machine.files)).toEqual([]);
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
    { protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: await host.freePort(TEST_PORTS, never), machinePort: 22 },
  ];
  await driver.hardware?.change(id, { hardware: { network: { type: 'none' } } }, never);
  await driver.virtualMachines?.setPorts(id, ports, never);
  expect(await shown()).toMatchObject({ ports, vm: { atNextStart: ['network'] } });
  await driver.act(id, 'kill', { force: false }, never);
  await start();
  expect(await shown()).toMatchObject({ ports: [] });
  await driver.virtualMachines?.setPorts(id, [], never);
  expect(await askQemu(files, (qmp) => qmp.monitor('info network', never))).toBe('');
});
