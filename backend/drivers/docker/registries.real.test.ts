import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startDockerd, startPodman, type TestEngine } from '../../../testing/engines.ts';
import { layeredArchive } from '../../../testing/layered-image.ts';
import { startRegistry, TEST_USER, type TestRegistry } from '../../../testing/registry.ts';
import { openRegistryDoor, type RegistryDoor } from '../../../testing/registry-door.ts';
import type { ImageId } from '../../contract/index.ts';
import { silentLogger, systemClock } from '../../core/index.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Driver } from '../driver.ts';
import type { Credentials, PullRequest, RegistriesFacet, RegistryLayer, TransferProgress } from '../registries.ts';
import { connectDocker } from './index.ts';

const signal = new AbortController().signal;
const LAYERS = 4;
const LAYER_BYTES = 1_500_000;
const CREDENTIALS: Credentials = { username: TEST_USER.username, secret: TEST_USER.password, isToken: false };

describe.each([
  ['Docker', startDockerd],
  // Loopback without TLS is Docker's own default.
  ['Podman', () => startPodman({ registries: () => [{ registry: '127.0.0.1', insecure: true, mirrors: [] }] })],
])('%s and a registry', (product, startEngine) => {
  const stack = new AsyncDisposableStack();
  let engine: TestEngine;
  let driver: Driver;
  let registries: RegistriesFacet;
  let registry: TestRegistry;
  let door: RegistryDoor;
  /** Of the image, as the registry has them; bottom first. */
  let layers: RegistryLayer[];
  let image: ImageId;
  let name: string;

  beforeAll(async () => {
    registry = stack.use(await startRegistry());
    door = stack.use(await openRegistryDoor(registry.address));
    engine = stack.use(await startEngine());
    const host = stack.use(createLocalHost({ logger: silentLogger }));
    const target = { unixPath: engine.socket };
    driver = stack.use(await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal));
    registries = driver.registries as RegistriesFacet;
    name = `${door.address}/team/app:1.0`;
    const steps = Array.from({ length: LAYERS }, (_, at) => ({
      createdBy: `step ${at}`,
      files: { [`file-${at}`]: randomBytes(LAYER_BYTES) },
    }));
    const archive = await layeredArchive([{ name: 'catamaran/layered:latest', steps, config: { Cmd: ['/none'] } }]);
    image = await load(archive);
    await registries.push({ id: image, name, credentials: null }, () => {}, signal);
    layers = await layersOf(registry.address);
  });
  afterAll(() => stack.disposeAsync());
  beforeEach(async () => {
    door.trouble = null;
    door.forget();
  });

  async function load(archive: Buffer): Promise<ImageId> {
    const ids = await driver.images?.load(
      (async function* () {
        yield archive;
      })(),
      signal,
    );
    return (Array.isArray(ids) ? ids[0] : ids) as ImageId;
  }

  const request = (more: Partial<PullRequest> = {}): PullRequest => ({
    name,
    platform: null,
    allTags: false,
    credentials: null,
    layers: async () => layers,
    ...more,
  });
  const pull = (more: Partial<PullRequest> = {}, onProgress: (progress: TransferProgress) => void = () => {}, ended = signal) =>
    registries.pull(request(more), onProgress, ended);
  /** The two below the third layer, which is held back, and what is above it. */
  const restIsThere = (parts: TransferProgress['parts']) => {
    const finished = product === 'Docker' ? 'done' : 'downloaded';
    const there = parts.filter(({ state }) => state === finished || state === 'downloaded').length;
    return there >= LAYERS - 1 && parts.filter(({ state }) => state === finished).length >= 2;
  };
  const removeAll = async () => {
    for (const { id } of (await driver.images?.list(signal)) ?? []) await driver.images?.remove(id, signal);
  };

  test('a push that is repeated finds every layer there', async () => {
    const told: TransferProgress[] = [];
    await registries.push({ id: image, name: name.replace('1.0', '2.0'), credentials: null }, (progress) => told.push(progress), signal);
    // Podman 4.3 tells nothing of layers.
    if (product === 'Docker') expect(told.at(-1)?.parts.map(({ state }) => state)).toEqual(Array(LAYERS).fill('present'));
    expect((await driver.images?.list(signal))?.flatMap(({ names }) => names)).toContain(name.replace('1.0', '2.0'));
  });

  test('an image comes back layer by layer, and again without a byte', async () => {
    await removeAll();
    const told: TransferProgress[] = [];
    const id = await pull({}, (progress) => told.push(progress));
    expect(id).toBe((await driver.images?.list(signal))?.[0]?.id);
    const ids = new Set(layers.map(({ digest }) => digest.slice(7, 19)));
    const last = told.at(-1)?.parts.filter((part) => ids.has(part.id));
    expect(last?.map(({ state }) => state)).toEqual(Array(LAYERS).fill('done'));
    if (product === 'Docker')
      expect(last?.every(({ doneBytes, totalBytes }) => doneBytes === totalBytes && totalBytes !== null)).toBe(true);
    expect(blobs()).toEqual(layers.map(({ digest }) => digest).sort());
    door.forget();
    await pull();
    expect(blobs()).toEqual([]);
  });

  test('a cancelled pull that is repeated does not fetch finished layers again', async () => {
    await removeAll();
    const [, , third] = layers;
    door.trouble = { digest: third?.digest ?? '', bytes: 100_000, kind: 'hold' };
    const cancel = new AbortController();
    const first = pull({}, ({ parts }) => void (restIsThere(parts) && cancel.abort()), cancel.signal);
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(await driver.images?.list(signal)).toEqual([]);
    door.trouble = null;
    door.forget();
    const told: TransferProgress[] = [];
    await pull({}, (progress) => told.push(progress));
    const again = blobs();
    expect(again).toContain(third?.digest);
    expect(again).not.toContain(layers[0]?.digest);
    expect(again).not.toContain(layers[1]?.digest);
    expect(told.at(-1)?.parts.filter(({ state }) => state === 'present').length).toBeGreaterThanOrEqual(2);
    expect(await driver.images?.list(signal)).toHaveLength(1);
  });

  test('a registry that goes away in the middle of a pull is named, and a later pull goes on', async () => {
    await removeAll();
    const third = layers[2]?.digest ?? '';
    door.trouble = { digest: third, bytes: 100_000, kind: 'hold' };
    const failing = pull({}, ({ parts }) => {
      if (!restIsThere(parts)) return;
      // Docker tries again by itself; then the blob is not there any more.
      door.trouble = { digest: third, bytes: 0, kind: 'refuse' };
      door.cut();
    });
    await expect(failing).rejects.toMatchObject({ reason: expect.stringMatching(/^registry(Interrupted|Failed|Denied|Away)$/) });
    expect(await driver.images?.list(signal)).toEqual([]);
    door.trouble = null;
    door.forget();
    await pull();
    expect(blobs()).toContain(third);
    expect(blobs()).not.toContain(layers[0]?.digest);
    expect(await driver.images?.list(signal)).toHaveLength(1);
  });

  test('all tags of a repository', async () => {
    await removeAll();
    expect(await pull({ allTags: true })).toBeNull();
    const names = (await driver.images?.list(signal))?.flatMap((one) => one.names);
    expect(names?.sort()).toEqual([name, name.replace('1.0', '2.0')]);
  });

  test('another platform than there is', async () => {
    await expect(pull({ platform: 'linux/s390x' })).rejects.toMatchObject({ reason: 'platformMissing' });
  });

  test.each([
    ['a name that is not there', () => name.replace('1.0', '9.9'), 'imageMissing'],
    ['a repository that is not there', () => `${door.address}/no/such:1`, 'imageMissing'],
    ['a registry that is not there', () => '127.0.0.1:1/team/app:1.0', 'registryAway'],
    ['a host that is not there', () => 'no-such-host.invalid/team/app:1.0', 'registryAway'],
    ['a name that is none', () => 'No Such Name!', 'imageNameInvalid'],
  ])('%s', async (_words, of, reason) => {
    await expect(pull({ name: of() })).rejects.toMatchObject({ reason });
  });

  test('a server that is no registry', async () => {
    const server = createServer((_asked, answer) => answer.end('<html>hello</html>')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    try {
      await expect(pull({ name: `127.0.0.1:${port}/team/app:1` })).rejects.toMatchObject({ reason: 'registryWrong' });
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  test('a registry that wants a sign-in: nobody, a wrong password, the right one', async () => {
    await using closed = await startRegistry({ signIn: true });
    const there = `${closed.address}/private/app:1`;
    await pull();
    const id = (await driver.images?.list(signal))?.[0]?.id as ImageId;
    const push = (credentials: Credentials | null) => registries.push({ id, name: there, credentials }, () => {}, signal);
    await expect(push(null)).rejects.toMatchObject({ code: 'authFailed' });
    await expect(push({ ...CREDENTIALS, secret: 'wrong-one' })).rejects.toMatchObject({ code: 'authFailed' });
    await push(CREDENTIALS);
    await removeAll();
    await expect(pull({ name: there })).rejects.toMatchObject({ code: 'authFailed' });
    expect(await pull({ name: there, credentials: CREDENTIALS })).toBeTruthy();
  });

  // Docker takes anybody on loopback.
  test.runIf(product === 'Podman')('a certificate that nobody vouches for', async () => {
    await using safe = await startRegistry({ tls: true });
    await expect(pull({ name: `${safe.address.replace('127.0.0.1', 'localhost')}/team/app:1` })).rejects.toMatchObject({
      reason: 'registryTls',
    });
  });

  test('what it says of registries and proxies', async () => {
    const { insecure, proxies } = await registries.configuration(signal);
    expect(insecure).toContain(product === 'Docker' ? '127.0.0.0/8' : '127.0.0.1');
    expect(proxies).toEqual({ http: null, https: null, none: null });
  });

  /** Layers that were served, without the image's configuration. */
  function blobs(): string[] {
    const known = new Set(layers.map(({ digest }) => digest));
    return door.served.filter((digest) => known.has(digest)).sort();
  }
});

async function layersOf(address: string): Promise<RegistryLayer[]> {
  const accept = 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json';
  const get = async (path: string) => (await fetch(`http://${address}/v2/team/app/${path}`, { headers: { accept } })).json();
  const manifest = (await get('manifests/1.0')) as { config: { digest: string }; layers: { digest: string }[] };
  const { rootfs } = (await get(`blobs/${manifest.config.digest}`)) as { rootfs: { diff_ids: string[] } };
  return manifest.layers.map(({ digest }, at) => ({ digest, diffId: rootfs.diff_ids[at] ?? '' }));
}
