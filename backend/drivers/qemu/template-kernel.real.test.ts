import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, testDisk, testQemuOptions, testRun } from '../../../testing/test-guests.ts';
import { silentLogger } from '../../core/index.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { facetOf } from '../facets.ts';

const never = new AbortController().signal;
/** An accelerator's trial, a boot and a template, under emulation, beside other work. */
const LIMIT_MS = 400_000;

test(
  'a template whose kernel was taken from the cache starts clones: the kernel is unpacked anew',
  async () => {
    await using parts = new AsyncDisposableStack();
    const host = parts.use(createLocalHost({ logger: silentLogger }));
    const folder = parts.use(await temporaryFolder()).path;
    // A cache of its own: others have theirs in use.
    const cacheDir = join(folder, 'cache');
    const options = { ...(await testQemuOptions(folder)), cacheDir, startWay: () => 'clone' as const };
    const disk = await testDisk(host, { path: join(folder, 'base.ext4'), shell: true }, never);
    const driver = parts.use(await connectTestQemu(host, options, never));
    const vms = facetOf(driver, 'virtualMachines');
    const started = async (name: string) => {
      const id = await vms.define(testRun(name, ['/bin/sh', '-c', 'exec sleep 1000']), never);
      parts.defer(() => driver.act(id, 'remove', { force: true }, never));
      await vms.setDisk(id, disk, never);
      await driver.act(id, 'start', { force: false }, never);
      return (await driver.list(never)).find((machine) => machine.id === id);
    };
    expect(await started('first')).toMatchObject({ state: 'running', startWay: 'boot' });
    await vi.waitUntil(async () => (await driver.vmTemplates?.list(never))?.length === 1, { timeout: LIMIT_MS, interval: 200 });

    const [unpacked = ''] = (await readdir(cacheDir)).filter((name) => name.startsWith('guest-'));
    await rm(join(cacheDir, unpacked, 'vmlinux'));
    expect(await started('second')).toMatchObject({ state: 'running', startWay: 'clone', problem: null });
    expect(await readdir(join(cacheDir, unpacked))).toContain('vmlinux');
  },
  LIMIT_MS,
);
