import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type Pack, pack } from 'tar-stream';
import { type ImageId, splitId } from '../contract/index.ts';
import { AppError, isAbort, type Logger } from '../core/index.ts';
import { type ImagesFacet, LABELS } from '../drivers/driver.ts';
import type { Host } from '../hosts/host.ts';
import { readElf } from './elf.ts';
import { STARTER_FILES, STARTER_PORT } from './starter-files.ts';

export const STARTER_NAME = 'catamaran/starter:latest';

/** Where distributions put a static busybox. */
const BUSYBOX_PATHS = [
  '/usr/bin/busybox',
  '/bin/busybox',
  '/usr/sbin/busybox',
  '/sbin/busybox',
  '/bin/busybox.static',
  '/usr/local/bin/busybox',
];
/** One time for everything, so that the same busybox gives the same bytes. */
const MADE_AT = new Date('2026-11-01T00:00:00Z');

/** What is asked of an engine for it. */
export type StarterImages = Pick<ImagesFacet, 'list' | 'load' | 'remove'>;

/**
 * The starter image: busybox and a small web server, made of the host's own static busybox, without any network. Returns the
 * one that the engine has when it is the same.
 * @throws AppError starterUnavailable
 */
export async function buildStarter(from: { images: StarterImages; host: Host; logger: Logger }, signal: AbortSignal): Promise<ImageId> {
  const { images, host, logger } = from;
  const archive = await packStarter(await readBusybox(host, signal));
  const present = (await images.list(signal)).filter((image) => image.starter);
  // An engine's id of an image is the digest of its configuration, and that holds the digest of all the rest. (Docker's
  // containerd store has other ids: there the same image is loaded again, which changes nothing.)
  const same = present.find((image) => nativeDigest(image.id) === archive.digest && image.names.some(isStarterName));
  if (same !== undefined) return same.id;
  const id = await images.load(archive.content(), signal);
  logger.info('starter image built', { imageId: id });
  for (const old of present.filter((image) => image.id !== id && image.names.every(isStarterName))) {
    await removeOld(old.id, from, signal);
  }
  return id;
}

export interface Busybox {
  program: Buffer;
  architecture: string;
  applets: string[];
}

/** @throws AppError starterUnavailable when there is none, or none that runs without libraries */
export async function readBusybox(host: Host, signal: AbortSignal): Promise<Busybox> {
  for (const path of BUSYBOX_PATHS) {
    if ((await host.stat(path, signal)) === null) continue;
    const program = await host.readFile(path, signal);
    const elf = readElf(program);
    if (elf === null || !elf.isStatic) continue;
    const { stdout } = await host.exec([path, '--list'], {}, signal);
    const applets = stdout
      .toString()
      .split('\n')
      .filter((name) => name !== '' && name !== 'busybox' && !name.includes('/'));
    return { program, architecture: elf.architecture, applets: applets.sort() };
  }
  throw new AppError('starterUnavailable');
}

/**
 * An archive as `docker save` writes it (image specification v1.2), which Docker and Podman load. `digest` is the image's id.
 * https://github.com/moby/docker-image-spec/blob/main/v1.2.md
 */
export async function packStarter(busybox: Busybox): Promise<{ digest: string; content: () => AsyncIterable<Uint8Array> }> {
  const layer = await packLayer(busybox);
  const config = Buffer.from(JSON.stringify(imageConfig(busybox.architecture, sha256(layer))));
  const manifest = [{ Config: `${sha256(config)}.json`, RepoTags: [STARTER_NAME], Layers: [`${sha256(layer)}/layer.tar`] }];
  return {
    digest: sha256(config),
    content() {
      const archive = pack();
      addFile(archive, `${sha256(config)}.json`, { content: config, mode: 0o644 });
      addFile(archive, `${sha256(layer)}/layer.tar`, { content: layer, mode: 0o644 });
      addFile(archive, 'manifest.json', { content: Buffer.from(JSON.stringify(manifest)), mode: 0o644 });
      archive.finalize();
      return archive as AsyncIterable<Uint8Array>;
    },
  };
}

async function packLayer(busybox: Busybox): Promise<Buffer> {
  const layer = pack();
  for (const entry of STARTER_FILES) {
    const header = { name: entry.path, mode: entry.mode, mtime: MADE_AT };
    if ('folder' in entry) layer.entry({ ...header, name: `${entry.path}/`, type: 'directory' });
    else if ('link' in entry) layer.entry({ ...header, type: 'symlink', linkname: entry.link });
    else addFile(layer, entry.path, { content: Buffer.from(entry.content), mode: entry.mode });
  }
  addFile(layer, 'bin/busybox', { content: busybox.program, mode: 0o755 });
  for (const applet of busybox.applets) {
    layer.entry({ name: `bin/${applet}`, mode: 0o777, mtime: MADE_AT, type: 'symlink', linkname: 'busybox' });
  }
  layer.finalize();
  return await buffer(layer);
}

function addFile(archive: Pack, name: string, file: { content: Buffer; mode: number }): void {
  archive.entry({ name, mode: file.mode, mtime: MADE_AT, type: 'file' }, file.content);
}

function imageConfig(architecture: string, layerDigest: string) {
  return {
    architecture,
    os: 'linux',
    created: MADE_AT.toISOString(),
    config: {
      Entrypoint: ['/start'],
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      WorkingDir: '/',
      ExposedPorts: { [`${STARTER_PORT}/tcp`]: {} },
      StopSignal: 'SIGTERM',
      // The layer holds the whole recipe and the busybox.
      Labels: { [LABELS.starter]: layerDigest },
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${layerDigest}`] },
    history: [{ created: MADE_AT.toISOString(), created_by: 'catamaran starter' }],
  };
}

/** One that was made of an older busybox; it stays while a machine uses it. */
async function removeOld(id: ImageId, from: { images: StarterImages; logger: Logger }, signal: AbortSignal): Promise<void> {
  try {
    await from.images.remove(id, signal);
  } catch (error) {
    if (isAbort(error)) throw error;
    from.logger.debug('an older starter image stays', { imageId: id, error });
  }
}

/** Podman puts a registry before the name. */
function isStarterName(name: string): boolean {
  return name === STARTER_NAME || name.endsWith(`/${STARTER_NAME}`);
}

function nativeDigest(id: ImageId): string {
  return splitId(id).nativeId.replace(/^sha256:/, '');
}

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}
