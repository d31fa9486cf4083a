import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDockerd, type TestEngine } from '../../../testing/engines.ts';
import { startRegistry } from '../../../testing/registry.ts';
import { testImageArchive } from '../../../testing/test-image.ts';
import type { ImageId } from '../../contract/index.ts';
import { silentLogger, systemClock } from '../../core/index.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { ImagesFacet, PullProgress } from '../driver.ts';
import { connectDocker } from './index.ts';

const signal = new AbortController().signal;
const stack = new AsyncDisposableStack();
let engine: TestEngine;
let images: ImagesFacet;
let name: string;
let pushed: ImageId;

beforeAll(async () => {
  engine = stack.use(await startDockerd());
  const registry = stack.use(await startRegistry());
  const host = stack.use(createLocalHost({ logger: silentLogger }));
  const target = { unixPath: engine.socket };
  const driver = stack.use(await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal));
  if (driver.images === undefined) throw new Error('Docker keeps images');
  images = driver.images;
  name = `${registry.address}/team/app:1.0`;
  pushed = await images.load(
    (async function* () {
      yield await testImageArchive({ name });
    })(),
    signal,
  );
  // Pushing is not the driver's: Docker's own client does it.
  await promisify(execFile)('docker', ['--host', `unix://${engine.socket}`, 'push', name]);
});
afterAll(() => stack.disposeAsync());

test('an image comes back from a registry, with its bytes told on the way', async () => {
  await images.remove(pushed, signal);
  expect(await images.list(signal)).toEqual([]);
  const told: PullProgress[] = [];
  const id = await images.pull(name, (progress) => told.push(progress), signal);
  expect(id).toBe(pushed);
  expect((await images.list(signal)).map(({ names }) => names)).toEqual([[name]]);
  const last = told.at(-1);
  expect(last?.totalBytes).toBeGreaterThan(100_000);
  expect(last?.doneBytes).toBe(last?.totalBytes);
  for (const [index, { doneBytes }] of told.entries()) expect(doneBytes).toBeGreaterThanOrEqual(told[index - 1]?.doneBytes ?? 0);
});

test('a tag that the registry does not have is missing, not unreachable', async () => {
  await expect(images.pull(name.replace('1.0', '9.9'), () => {}, signal)).rejects.toMatchObject({ reason: 'imageMissing' });
});

test('a registry that is not there is unreachable, and says so', async () => {
  await expect(images.pull('127.0.0.1:1/team/app:1.0', () => {}, signal)).rejects.toMatchObject({ reason: 'registryUnreachable' });
});

test('a cancelled pull leaves no image', async () => {
  await images.remove(pushed, signal);
  const cancel = new AbortController();
  const pulling = images.pull(name, () => cancel.abort(), cancel.signal);
  await expect(pulling).rejects.toMatchObject({ code: 'cancelled' });
  expect(await images.list(signal)).toEqual([]);
});
