import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { setKernelWords } from '../../../testing/debian-boot-disk.ts';
import { debianGuest } from '../../../testing/debian-guest.ts';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, testQemuOptions } from '../../../testing/test-guests.ts';
import { TEST_HARDWARE } from '../../../testing/vm-hardware.ts';
import { silentLogger } from '../../core/index.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { facetOf } from '../facets.ts';
import { diskOf, ROOT_DISK } from './definition.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;
/** Making the disk on a machine that has never done it, and a boot under emulation, beside other work. */
const LIMIT_MS = 1_500_000;
const cloudInit = { userData: '#cloud-config\n', networkConfig: null };

test(
  'a system boots from its disk on a microvm, has its seed, network, balloon and agent without PCI, and shuts down',
  async () => {
    const built = await debianGuest();
    if (typeof built === 'string') throw new Error(built);
    await using parts = new AsyncDisposableStack();
    const host = parts.use(createLocalHost({ logger: silentLogger }));
    const options = await testQemuOptions(parts.use(await temporaryFolder()).path);
    const driver = parts.use(await connectTestQemu(host, options, never));
    const vms = facetOf(driver, 'virtualMachines');

    const microvm = async () => (await vms.abilities(never)).microvm?.reason ?? null;
    await expect.poll(microvm, { timeout: 100_000, interval: 200 }).not.toBe('acceleratorUnknown');
    const { trials } = JSON.parse(await readFile(join(options.cacheDir, 'accelerators.json'), 'utf8'));
    const emulated = trials.every(({ name, ms }: { name: string; ms: number | null }) => name === 'tcg' || ms === null);
    expect(await microvm()).toBe(emulated ? 'microvmEmulated' : null);
    // What KVM would tell its kernel. cloud-init takes as long as all the rest.
    const { tscKhz } = trials.find(({ name }: { name: string }) => name === 'tcg');
    const words = `cloud-init=disabled${emulated ? ` tsc_early_khz=${tscKhz}` : ''}`;

    const hardware = { ...TEST_HARDWARE, machine: 'microvm' as const, cdrom: { path: null } };
    const spec = { name: 'small', cpus: 1, memoryBytes: 512 * MIB, ports: [], autostart: false, source: null };
    const id = await vms.create({ ...spec, hardware, cloudInit }, never);
    parts.defer(() => driver.act(id, 'remove', { force: true }, never));
    const make = async (path: string) => {
      await promisify(execFile)('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', built.path, path, '2G']);
      await setKernelWords({ base: built.path, disk: path, words });
    };
    await vms.addDisk(id, diskOf(ROOT_DISK, 2048 * MIB), make, never);
    await vms.finish(id, never);
    await driver.act(id, 'start', { force: false }, never);

    const find = async () => (await driver.list(never)).find((machine) => machine.id === id);
    expect(await find()).toMatchObject({ state: 'running', vm: { machine: 'microvm', firmware: 'bios' } });
    const guest = facetOf(driver, 'guest');
    await expect.poll(async () => (await guest.report(id, never)).state, { timeout: LIMIT_MS, interval: 500 }).toBe('ready');
    const said = async (script: string) => {
      const { output } = await guest.exec({ id, command: ['sh', '-c', script], input: '' }, never);
      return Buffer.from(output, 'base64').toString().trim();
    };
    expect(await said('ls /sys/bus/pci/devices 2>/dev/null | wc -l')).toBe('0');
    expect(await said('ls /dev/disk/by-label')).toContain('cidata');
    expect((await guest.report(id, never)).interfaces.map(({ name }) => name)).toContain('eth0');
    expect(await facetOf(driver, 'hardware').get(id, never)).toMatchObject({ addableCpus: null, balloon: { maximumBytes: 512 * MIB } });

    await driver.act(id, 'stop', { force: false }, never);
    expect(await find()).toMatchObject({ state: 'stopped', exitCode: 0, problem: null });
  },
  LIMIT_MS,
);
