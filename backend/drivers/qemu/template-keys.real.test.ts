import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, testDisk, testQemuOptions, testRun } from '../../../testing/test-guests.ts';
import { silentLogger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Driver } from '../driver.ts';
import { facetOf } from '../facets.ts';
import type { QemuFinderOptions } from './finder.ts';
import { findQemu, preparePlatform } from './platform.ts';
import { Templates } from './templates.ts';

const never = new AbortController().signal;
/** An accelerator's trial, boots and templates, under emulation, beside other work. */
const LIMIT_MS = 400_000;
const OTHER_VERSION = '99.0';
/** In the place of a QEMU of another version: the one that is here, but for what it says of its version. */
const OTHER_QEMU = `#!/bin/sh
if [ "$*" = --version ]; then echo 'QEMU emulator version ${OTHER_VERSION}'; exit; fi
PATH=\${PATH#*:}; export PATH
exec qemu-system-x86_64 "$@"
`;

let parts: AsyncDisposableStack;
let host: Host;
let folder: string;
let options: QemuFinderOptions;

beforeAll(async () => {
  parts = new AsyncDisposableStack();
  host = parts.use(createLocalHost({ logger: silentLogger }));
  folder = parts.use(await temporaryFolder()).path;
  // A cache of its own: others have theirs in use.
  options = { ...(await testQemuOptions(folder)), cacheDir: join(folder, 'cache'), startWay: () => 'clone' };
});
afterAll(() => parts[Symbol.asyncDispose]());

const accelerators = () => join(options.cacheDir, 'accelerators.json');

test(
  'a template whose kernel was taken from the cache starts clones: the kernel is unpacked anew; under another QEMU it is made anew',
  async () => {
    await using own = new AsyncDisposableStack();
    await rm(options.templatesDir, { recursive: true, force: true });
    const disk = await testDisk(host, { path: join(folder, 'base.ext4'), shell: true }, never);
    const bin = join(folder, 'bin');
    // It ends after the machines do: they are removed through it.
    const elsewhere = own.use(createLocalHost({ logger: silentLogger, env: { ...process.env, PATH: `${bin}:${process.env.PATH}` } }));
    let driver: Driver = await connectTestQemu(host, options, never);
    own.defer(() => driver[Symbol.asyncDispose]());
    const started = async (name: string) => {
      const vms = facetOf(driver, 'virtualMachines');
      const id = await vms.define(testRun(name, ['/bin/sh', '-c', 'exec sleep 1000']), never);
      own.defer(() => driver.act(id, 'remove', { force: true }, never));
      await vms.setDisk(id, disk, never);
      await driver.act(id, 'start', { force: false }, never);
      return (await driver.list(never)).find((machine) => machine.id === id);
    };
    const keysOf = async (count: number) => {
      const keys = async () => ((await driver.vmTemplates?.list(never)) ?? []).map(({ key }) => key);
      return await vi.waitUntil(async () => ((await keys()).length === count ? keys() : null), { timeout: LIMIT_MS, interval: 200 });
    };
    expect(await started('first')).toMatchObject({ state: 'running', startWay: 'boot' });
    const [made = ''] = await keysOf(1);

    const [unpacked = ''] = (await readdir(options.cacheDir)).filter((name) => name.startsWith('guest-'));
    await rm(join(options.cacheDir, unpacked, 'vmlinux'));
    expect(await started('second')).toMatchObject({ state: 'running', startWay: 'clone', problem: null });
    expect(await readdir(join(options.cacheDir, unpacked))).toContain('vmlinux');

    const version = driver.engine().version ?? '';
    await driver[Symbol.asyncDispose]();
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, 'qemu-system-x86_64'), OTHER_QEMU, { mode: 0o755 });
    // Its trials are those of before, whose measure of the clock is part of the key too: nothing but the version differs.
    const trials = await readFile(accelerators(), 'utf8');
    await writeFile(accelerators(), trials.replace(`"key": "${version} `, `"key": "${OTHER_VERSION} `));
    driver = await connectTestQemu(elsewhere, options, never);
    expect(driver.engine().version).toBe(OTHER_VERSION);
    expect(await started('third')).toMatchObject({ state: 'running', startWay: 'boot' });
    expect(await keysOf(2)).toContain(made);
    expect(await started('fourth')).toMatchObject({ state: 'running', startWay: 'clone', problem: null });
  },
  LIMIT_MS,
);

test(
  'on another processor a template is made anew, and the one of before is still there for its own',
  async () => {
    const qemu = await findQemu(host, never);
    const prepared = await preparePlatform({ ...options, ...qemu, host }, never);
    // Where hardware runs guests they see the host's processor. No guest is run on it here: it is enough that the trials say one was.
    const known = JSON.parse(await readFile(accelerators(), 'utf8'));
    const works = { name: 'kvm', ms: 1, note: null, tscKhz: null, timedOut: false };
    const others = known.trials.filter(({ name }: { name: string }) => name !== works.name);
    await writeFile(accelerators(), JSON.stringify({ ...known, trials: [...others, works] }));
    const processorOf = async (cpuinfo: string) => {
      const readFile: Host['readFile'] = async (path, signal) =>
        path === '/proc/cpuinfo' ? Buffer.from(cpuinfo) : await host.readFile(path, signal);
      return (await preparePlatform({ ...options, ...qemu, host: { ...host, readFile } }, never)).processor;
    };
    const flags = 'flags\t\t: fpu vme\n';
    const processors = [
      `model name\t: One\n${flags}`,
      `model name\t: Two\n${flags}`,
      `model name\t: Two\n${flags.replace('\n', ' avx2\n')}`,
    ];
    const [one, two, more] = await Promise.all(processors.map(processorOf));
    await writeFile(accelerators(), JSON.stringify(known));
    expect(new Set([one, two, more, prepared.processor]).size).toBe(4);

    const dir = join(folder, 'processors');
    await rm(dir, { recursive: true, force: true });
    const templates = new Templates({ ...options, ...qemu, host, dir, inUse: () => new Set() });
    const shape = { cpus: 1, memoryBytes: 128 * 1024 ** 2, diskBytes: 64 * 1024 ** 2, workload: null };
    const find = async (processor = '') => (await templates.find({ ...prepared, processor }, shape, never))?.key ?? null;
    await templates.prepare({ prepared: { ...prepared, processor: one ?? '' }, shape, base: null }, never);
    const first = await find(one);
    expect([first, await find(two), await find(more)]).toEqual([expect.any(String), null, null]);
    await templates.prepare({ prepared: { ...prepared, processor: two ?? '' }, shape, base: null }, never);
    const second = await find(two);
    expect([await find(one), second, await find(more)]).toEqual([first, expect.any(String), null]);
    expect(second).not.toBe(first);
  },
  LIMIT_MS,
);
