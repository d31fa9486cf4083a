import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { type Image, imageId } from '../contract/index.ts';
import { AppError, silentLogger } from '../core/index.ts';
import { createLocalHost } from '../hosts/local.ts';
import { readElf } from './elf.ts';
import { buildStarter, packStarter, readBusybox, STARTER_NAME, type StarterImages } from './starter.ts';

const never = new AbortController().signal;
const busybox = { program: Buffer.from('program'), architecture: 'amd64', applets: ['[', 'ls', 'sh'] };

test('the same busybox gives the same bytes, another one another image', async () => {
  const first = await packStarter(busybox);
  const again = await packStarter(busybox);
  const other = await packStarter({ ...busybox, program: Buffer.from('newer') });
  expect(await buffer(first.content())).toEqual(await buffer(again.content()));
  expect(again.digest).toBe(first.digest);
  expect(other.digest).not.toBe(first.digest);
});

test('the archive holds an image that says what it runs', async () => {
  const entries = await filesOf((await packStarter(busybox)).content());
  const [manifest] = JSON.parse(String(entries.get('manifest.json')));
  expect(manifest.RepoTags).toEqual([STARTER_NAME]);
  const config = JSON.parse(String(entries.get(manifest.Config)));
  expect(config).toMatchObject({
    os: 'linux',
    architecture: 'amd64',
    config: { Entrypoint: ['/start'], ExposedPorts: { '8080/tcp': {} } },
  });
  expect(`sha256:${config.config.Labels['catamaran.starter']}`).toBe(config.rootfs.diff_ids[0]);
  const layer = await filesOf(Readable.from([entries.get(manifest.Layers[0])]));
  expect(String(layer.get('bin/busybox'))).toBe('program');
  expect(layer.get('bin/[')).toBe('-> busybox');
  expect(String(layer.get('etc/passwd'))).toContain('root:x:0:0');
});

test('its start script is good shell, says its line at once, and ends at once when it is told to', async () => {
  await using folder = await temporaryFolder();
  const [manifest, entries] = await unpacked();
  const layer = await filesOf(Readable.from([entries.get(manifest.Layers[0])]));
  const script = String(layer.get('start')).replaceAll('8080', '0').replace('/www', join(folder.path, 'www'));
  await mkdir(join(folder.path, 'www'));
  await writeFile(join(folder.path, 'start'), script);
  await using host = createLocalHost({ logger: silentLogger });
  const child = await host.spawn(['busybox', 'sh', join(folder.path, 'start')], {}, never);
  const [line] = await once(child.stdout, 'data');
  expect(String(line)).toBe('catamaran starter: serving http on port 0\n');
  await child[Symbol.asyncDispose]();
  expect(await child.exited).toBe(0);
});

test('only a static busybox will do: this machine has one, and a shell with libraries is none', async () => {
  await using host = createLocalHost({ logger: silentLogger });
  const found = await readBusybox(host, never);
  expect(found.applets).toEqual(expect.arrayContaining(['sh', 'httpd', 'sha256sum', 'dd', 'nc']));
  expect(readElf(found.program)).toEqual({ architecture: found.architecture, isStatic: true });
  expect(readElf(await readFile(process.execPath))).toMatchObject({ isStatic: false });
  expect(readElf(Buffer.from('#!/bin/sh\n'.padEnd(100)))).toBeNull();
  const error = await readBusybox({ ...host, stat: async () => null }, never).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ reason: 'starterUnavailable' });
});

test('is loaded once; an older one goes when it can', async () => {
  await using host = createLocalHost({ logger: silentLogger });
  const engine = new FakeImages();
  const build = () => buildStarter({ images: engine.facet, host, logger: silentLogger }, never);
  engine.add('e/sha256:old', ['localhost/catamaran/starter:latest']);
  engine.add('e/sha256:used', [STARTER_NAME]);
  engine.add('e/sha256:mine', [STARTER_NAME, 'my/own:1']);
  engine.inUse = 'e/sha256:used';
  const id = await build();
  expect(engine.loads).toBe(1);
  expect(engine.images.map((image) => image.id).sort()).toEqual(['e/sha256:mine', 'e/sha256:used', id].sort());
  expect(await build()).toBe(id);
  expect(engine.loads).toBe(1);
});

async function unpacked() {
  const entries = await filesOf((await packStarter(busybox)).content());
  return [JSON.parse(String(entries.get('manifest.json')))[0], entries] as const;
}

async function filesOf(archive: AsyncIterable<unknown>): Promise<Map<string, Buffer | string>> {
  const files = new Map<string, Buffer | string>();
  const reader = extract();
  Readable.from(archive).pipe(reader);
  for await (const entry of reader) {
    files.set(entry.header.name, entry.header.type === 'symlink' ? `-> ${entry.header.linkname}` : await buffer(entry));
  }
  return files;
}

/** An engine's images as Docker and Podman keep them: the id is the digest of the configuration. */
class FakeImages {
  images: Image[] = [];
  loads = 0;
  inUse = '';

  add(id: string, names: string[]): void {
    this.images.push({
      id: imageId.parse(id),
      engineId: 'e' as Image['engineId'],
      names,
      createdAtMs: null,
      sizeBytes: 1,
      layers: [],
      architecture: null,
      starter: true,
    });
  }

  readonly facet: StarterImages = {
    list: async () => this.images,
    load: async (archive) => {
      this.loads++;
      const files = await filesOf(archive);
      const [{ Config, RepoTags }] = JSON.parse(String(files.get('manifest.json')));
      const id = `e/sha256:${Config.replace('.json', '')}`;
      this.add(id, RepoTags);
      return imageId.parse(id);
    },
    remove: async (id) => {
      if (id === this.inUse) throw new AppError('imageInUse', { image: id, machines: 'one' });
      this.images = this.images.filter((image) => image.id !== id);
    },
  };
}
