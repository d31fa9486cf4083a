import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, open, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../../testing/temporary.ts';
import { silentLogger } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { createLocalHost } from '../../../hosts/local.ts';
import {
  bringImage,
  changeFormat,
  checkImage,
  compactImage,
  convertImage,
  createImage,
  flattenImage,
  growImage,
  imageChain,
  imageInfo,
  repairImage,
} from './index.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
const MIB = 1024 * 1024;
const isRoot = userInfo().uid === 0;
const quietly = () => {};

let host: Host;
let folder: string;
let parts: AsyncDisposableStack;
beforeEach(async () => {
  parts = new AsyncDisposableStack();
  host = parts.use(createLocalHost({ logger: silentLogger }));
  folder = parts.use(await temporaryFolder()).path;
});
afterEach(() => parts[Symbol.asyncDispose]());

const io = (path: string, format: string, ...commands: string[]) =>
  run('qemu-io', ['-f', format, ...commands.flatMap((command) => ['-c', command]), path]);
/** Fails where the disk does not hold the pattern. */
const holds = async (path: string, format: string, pattern: number, at: string) => {
  const { stdout } = await io(path, format, `read -P ${pattern} ${at}`);
  expect(stdout).not.toMatch(/failed/);
};
const allocated = async (path: string) => (await stat(path)).blocks * 512;

/** 8 MiB of sevens at the beginning of 64 MiB. */
async function image(name: string): Promise<{ path: string; format: 'qcow2' }> {
  const path = join(folder, name);
  await createImage(host, { path, format: 'qcow2', virtualBytes: 64 * MIB }, never);
  await io(path, 'qcow2', 'write -P 7 0 8M');
  return { path, format: 'qcow2' };
}

async function overlay(name: string, base: { path: string; format: string }): Promise<{ path: string; format: 'qcow2' }> {
  const path = join(folder, name);
  await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', base.path, '-F', base.format, path]);
  return { path, format: 'qcow2' };
}

/** A machine that does nothing but hold its disk, under a name. Ended by its own id. */
async function holder(name: string, path: string): Promise<AsyncDisposable> {
  const disk = JSON.stringify({ driver: 'qcow2', 'node-name': 'd', file: { driver: 'file', filename: path } });
  const machine = ['-M', 'none', '-S', '-display', 'none', '-nodefaults', '-monitor', 'stdio'];
  const child = spawn('qemu-system-x86_64', ['-name', `guest=${name}`, ...machine, '-blockdev', disk], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    async [Symbol.asyncDispose]() {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
}

describe('what a disk is', () => {
  test('its chain, each with what a guest sees and what the host gives', async () => {
    const base = await image('chain-base.qcow2');
    const middle = await overlay('chain-middle.qcow2', base);
    const top = await overlay('chain-top.qcow2', middle);
    await io(top.path, 'qcow2', 'write -P 9 0 1M');
    await run('qemu-img', ['snapshot', '-c', 'before', top.path]);
    const chain = await imageChain(host, top, never);
    expect(chain.map(({ path }) => path)).toEqual([top.path, middle.path, base.path]);
    expect(chain.map(({ virtualBytes }) => virtualBytes)).toEqual([64 * MIB, 64 * MIB, 64 * MIB]);
    expect(chain.map(({ allocatedBytes }) => allocatedBytes)).toEqual(await Promise.all(chain.map(({ path }) => allocated(path))));
    expect(chain[0]).toMatchObject({ backing: middle.path, snapshots: [{ name: 'before', stateBytes: 0 }], corrupt: false });
    expect(chain[2]).toMatchObject({ backing: null, snapshots: [] });
  });

  test('is not guessed: a raw disk that looks like a qcow2 with a foreign file in it is a raw disk', async () => {
    const trap = join(folder, 'trap.raw');
    await run('qemu-img', ['create', '-q', '-f', 'qcow2', '-b', '/etc/passwd', '-F', 'raw', trap]);
    expect(await imageChain(host, { path: trap, format: 'raw' }, never)).toMatchObject([{ format: 'raw', backing: null }]);
    await expect(
      bringImage(
        host,
        { from: { path: trap, format: 'qcow2' }, to: { path: join(folder, 'brought.qcow2'), format: 'qcow2' }, onProgress: quietly },
        never,
      ),
    ).rejects.toMatchObject({ reason: 'diskNamesOthers', problem: { params: { other: '/etc/passwd' } } });
    expect(await readdir(folder)).not.toContain('brought.qcow2');
  });

  test('a base that is gone is named', async () => {
    const base = await image('gone-base.qcow2');
    const top = await overlay('gone-top.qcow2', base);
    await host.remove(base.path, never);
    await expect(imageChain(host, top, never)).rejects.toMatchObject({
      reason: 'diskBaseMissing',
      problem: { params: { path: top.path, base: base.path } },
    });
    expect(await imageInfo(host, top, never)).toMatchObject({ backing: base.path });
  });
});

describe('compact', () => {
  test('gives the host back what is zero, and keeps the base shared', async () => {
    const base = await image('compact-base.qcow2');
    const top = await overlay('compact-top.qcow2', base);
    await io(top.path, 'qcow2', 'write -P 9 16M 16M', 'write -P 0 20M 12M', 'write -P 3 1M 1M');
    const before = await allocated(top.path);
    const seen: number[] = [];
    const result = await compactImage(host, { ...top, onProgress: (fraction) => seen.push(fraction) }, never);
    expect(result).toEqual({ beforeBytes: before, afterBytes: await allocated(top.path) });
    expect(result.beforeBytes - result.afterBytes).toBeGreaterThan(11 * MIB);
    expect(seen.at(-1)).toBe(1);
    expect((await imageChain(host, top, never)).map(({ path }) => path)).toEqual([top.path, base.path]);
    await holds(top.path, 'qcow2', 9, '16M 4M');
    await holds(top.path, 'qcow2', 0, '20M 12M');
    await holds(top.path, 'qcow2', 3, '1M 1M');
    await holds(top.path, 'qcow2', 7, '2M 6M');
    expect(await checkImage(host, top, never)).toEqual({ leaks: 0, corruptions: 0, errors: 0 });
  });

  test('zeros over content of the base stay zeros', async () => {
    const top = await overlay('zeros-top.qcow2', await image('zeros-base.qcow2'));
    await io(top.path, 'qcow2', 'write -P 0 0 4M', 'write -P 1 32M 4M', 'discard 32M 4M');
    await compactImage(host, { ...top, onProgress: quietly }, never);
    await holds(top.path, 'qcow2', 0, '0 4M');
    await holds(top.path, 'qcow2', 7, '4M 4M');
    await holds(top.path, 'qcow2', 0, '32M 4M');
  });

  test('changes nothing where nothing is to be gained', async () => {
    const disk = await image('compressed.qcow2');
    const packed = join(folder, 'packed.qcow2');
    await convertImage(host, { from: disk, to: packed, format: 'qcow2', compressed: true, onProgress: quietly }, never);
    const { ino } = await stat(packed);
    const { beforeBytes, afterBytes } = await compactImage(host, { path: packed, format: 'qcow2', onProgress: quietly }, never);
    expect(afterBytes).toBe(beforeBytes);
    expect((await stat(packed)).ino).toBe(ino);
  });

  test('loses no snapshot', async () => {
    const disk = await image('with-snapshots.qcow2');
    await run('qemu-img', ['snapshot', '-c', 'one', disk.path]);
    await expect(compactImage(host, { ...disk, onProgress: quietly }, never)).rejects.toMatchObject({
      reason: 'diskHasSnapshots',
      problem: { params: { count: 1 } },
    });
  });

  test('a cancel leaves the disk as it was, and nothing else', async () => {
    const disk = await image('cancelled.qcow2');
    const content = await readFile(disk.path);
    const cancel = new AbortController();
    const compacting = compactImage(host, { ...disk, onProgress: () => cancel.abort() }, cancel.signal);
    await expect(compacting).rejects.toMatchObject({ code: 'cancelled' });
    expect((await readFile(disk.path)).equals(content)).toBe(true);
    expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

test('grow makes it larger and never smaller', async () => {
  const disk = await image('grow.qcow2');
  await growImage(host, { ...disk, virtualBytes: 96 * MIB }, never);
  expect(await imageInfo(host, disk, never)).toMatchObject({ virtualBytes: 96 * MIB });
  await holds(disk.path, 'qcow2', 7, '0 8M');
  await expect(growImage(host, { ...disk, virtualBytes: 95 * MIB }, never)).rejects.toMatchObject({
    reason: 'diskShrink',
    problem: { params: { sizeMiB: 96 } },
  });
});

test('flatten takes the base in', async () => {
  const base = await image('flat-base.qcow2');
  const top = await overlay('flat-top.qcow2', base);
  await io(top.path, 'qcow2', 'write -P 9 1M 1M');
  await flattenImage(host, { ...top, onProgress: quietly }, never);
  await host.remove(base.path, never);
  expect(await imageChain(host, top, never)).toMatchObject([{ path: top.path, backing: null }]);
  await holds(top.path, 'qcow2', 7, '0 1M');
  await holds(top.path, 'qcow2', 9, '1M 1M');
});

test.each(['raw', 'vmdk', 'vhdx', 'vdi'] as const)('convert to %s and back keeps the content', async (format) => {
  const disk = await image(`to-${format}.qcow2`);
  const away = join(folder, `away.${format}`);
  await convertImage(host, { from: disk, to: away, format, compressed: format === 'vmdk', onProgress: quietly }, never);
  const back = { path: join(folder, `from-${format}.qcow2`), format: 'qcow2' as const };
  await bringImage(host, { from: { path: away, format }, to: back, onProgress: quietly }, never);
  await run('qemu-img', ['compare', '-f', 'qcow2', '-F', 'qcow2', disk.path, back.path]);
});

test('another format is a new file; the old one stays', async () => {
  const disk = await image('format.qcow2');
  const raw = { path: join(folder, 'format.raw'), format: 'raw' as const };
  await changeFormat(host, { from: disk, to: raw, onProgress: quietly }, never);
  await run('qemu-img', ['compare', '-f', 'qcow2', '-F', 'raw', disk.path, raw.path]);
  expect(await allocated(raw.path)).toBeLessThan(10 * MIB);
  await expect(changeFormat(host, { from: disk, to: raw, onProgress: quietly }, never)).rejects.toMatchObject({ reason: 'fileTaken' });
});

describe('damage', () => {
  /** A disk whose first refcounts say that nothing is in use. */
  async function withoutRefcounts(name: string) {
    const disk = await image(name);
    await using file = await open(disk.path, 'r+');
    await file.write(Buffer.alloc(16), 0, 16, 0x20000);
    return disk;
  }

  test('a header that is none', async () => {
    const path = join(folder, 'header.qcow2');
    await writeFile(path, Buffer.alloc(MIB, 'x'));
    const damaged = { reason: 'diskDamaged', message: expect.stringContaining('not in qcow2 format') };
    await expect(imageInfo(host, { path, format: 'qcow2' }, never)).rejects.toMatchObject(damaged);
    await expect(checkImage(host, { path, format: 'qcow2' }, never)).rejects.toMatchObject(damaged);
  });

  test('a file that is cut off in its header', async () => {
    const { path, format } = await image('short.qcow2');
    await truncate(path, 60);
    await expect(imageInfo(host, { path, format }, never)).rejects.toMatchObject({ reason: 'diskDamaged' });
  });

  test('wrong refcounts are counted and repaired; the disk as it was is kept', async () => {
    const disk = await withoutRefcounts('refcounts.qcow2');
    const damaged = await readFile(disk.path);
    const found = await checkImage(host, disk, never);
    expect(found.corruptions).toBeGreaterThan(5);
    const keptPath = `${disk.path}.kept`;
    const { before, after } = await repairImage(host, { ...disk, keptPath }, never);
    expect(before).toEqual(found);
    expect(after).toEqual({ leaks: 0, corruptions: 0, errors: 0 });
    expect(await checkImage(host, disk, never)).toEqual(after);
    await holds(disk.path, 'qcow2', 7, '0 8M');
    expect((await readFile(keptPath)).equals(damaged)).toBe(true);
  });

  test('what cannot be repaired is left as it is', async () => {
    const disk = await image('cut.qcow2');
    await truncate(disk.path, 3 * MIB);
    const damaged = await readFile(disk.path);
    const found = await checkImage(host, disk, never);
    expect(found.corruptions).toBeGreaterThan(50);
    await expect(repairImage(host, { ...disk, keptPath: `${disk.path}.kept` }, never)).rejects.toMatchObject({
      reason: 'diskUnrepairable',
    });
    expect((await readFile(disk.path)).equals(damaged)).toBe(true);
    expect((await readdir(folder)).filter((name) => name.startsWith('cut.'))).toEqual(['cut.qcow2']);
  });

  test('a leak is no damage, and goes', async () => {
    const disk = await image('leak.qcow2');
    await using file = await open(disk.path, 'r+');
    const { size } = await file.stat();
    // The cluster after the last one is said to be in use.
    await file.truncate(size + 0x10000);
    await file.write(Buffer.from([0, 1]), 0, 2, 0x20000 + 2 * Math.floor(size / 0x10000));
    expect(await checkImage(host, disk, never)).toEqual({ leaks: 1, corruptions: 0, errors: 0 });
    const { after } = await repairImage(host, { ...disk, keptPath: `${disk.path}.kept` }, never);
    expect(after.leaks).toBe(0);
  });

  test('a raw disk has nothing to check', async () => {
    const disk = { path: join(folder, 'plain.raw'), format: 'raw' as const };
    await createImage(host, { ...disk, virtualBytes: MIB }, never);
    await expect(checkImage(host, disk, never)).rejects.toMatchObject({ reason: 'diskUncheckable' });
  });
});

test('a disk that a running machine has open is left alone, and the machine is named', async () => {
  const disk = await image('busy.qcow2');
  await using _holder = await holder('the other', disk.path);
  const content = await readFile(disk.path);
  const inUse = { reason: 'diskInUse', problem: { params: { path: disk.path, owner: 'the other' } } };
  await expect(checkImage(host, disk, never)).rejects.toMatchObject(inUse);
  await expect(compactImage(host, { ...disk, onProgress: quietly }, never)).rejects.toMatchObject(inUse);
  await expect(flattenImage(host, { ...disk, onProgress: quietly }, never)).rejects.toMatchObject(inUse);
  await expect(growImage(host, { ...disk, virtualBytes: 96 * MIB }, never)).rejects.toMatchObject(inUse);
  await expect(repairImage(host, { ...disk, keptPath: `${disk.path}.kept` }, never)).rejects.toMatchObject(inUse);
  // Its numbers can be read nevertheless.
  expect(await imageInfo(host, disk, never)).toMatchObject({ virtualBytes: 64 * MIB });
  expect((await readFile(disk.path)).equals(content)).toBe(true);
});

test.skipIf(isRoot)('a file that may only be read is named', async () => {
  const disk = await image('read-only.qcow2');
  await chmod(disk.path, 0o400);
  await expect(growImage(host, { ...disk, virtualBytes: 96 * MIB }, never)).rejects.toMatchObject({ reason: 'fileDenied' });
});

describe.skipIf(!isRoot)('a folder', () => {
  async function mounted(name: string, options: string): Promise<{ path: string } & AsyncDisposable> {
    const path = join(folder, name);
    await host.makeFolder(path, never);
    await run('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path]);
    return { path, [Symbol.asyncDispose]: async () => void (await run('umount', [path])) };
  }

  test('that is full: the disk is as it was, nothing else is left, and it is said where room is missing', async () => {
    const source = await image('full-source.qcow2');
    await using small = await mounted('full', 'size=12m');
    const disk = { path: join(small.path, 'disk.qcow2'), format: 'qcow2' as const };
    await copyFile(source.path, disk.path);
    await expect(compactImage(host, { ...disk, onProgress: quietly }, never)).rejects.toMatchObject({
      reason: 'noSpace',
      problem: { params: { path: small.path } },
    });
    await expect(repairImage(host, { ...disk, keptPath: `${disk.path}.kept` }, never)).rejects.toMatchObject({ reason: 'noSpace' });
    expect(await readdir(small.path)).toEqual(['disk.qcow2']);
    await holds(disk.path, 'qcow2', 7, '0 8M');
  });

  test('that may only be read', async () => {
    const source = await image('ro-source.qcow2');
    await using small = await mounted('ro', 'size=12m');
    const disk = { path: join(small.path, 'disk.qcow2'), format: 'qcow2' as const };
    await copyFile(source.path, disk.path);
    await run('mount', ['-o', 'remount,ro', small.path]);
    await expect(growImage(host, { ...disk, virtualBytes: 96 * MIB }, never)).rejects.toMatchObject({ reason: 'fileDenied' });
    await expect(compactImage(host, { ...disk, onProgress: quietly }, never)).rejects.toMatchObject({ reason: 'fileDenied' });
  });
});
