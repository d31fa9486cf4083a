import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { pack } from 'tar-stream';

export interface TestImageOptions {
  name: string;
  /** OCI image config: Entrypoint, Cmd, Env, User, WorkingDir, ExposedPorts, Labels. */
  config?: Record<string, unknown>;
  /** Without it the image has no shell and no command at all but `/hello`, which is busybox under another name. */
  shell?: boolean;
  /** Further static programs, by their names in `/bin`. */
  programs?: Record<string, Buffer>;
}

const APPLETS = [
  'sh',
  'ash',
  'cat',
  'dd',
  'chmod',
  'chown',
  'cp',
  'echo',
  'find',
  'grep',
  'head',
  'httpd',
  'kill',
  'ln',
  'mkdir',
  'mount',
  'mv',
  'ps',
  'readlink',
  'rm',
  'sleep',
  'stat',
  'stty',
  'tar',
  'touch',
  'tr',
  'true',
  'uname',
  'unshare',
  'yes',
];

/** A docker-save archive with one layer made from this machine's static busybox, a few MB, without any network. */
export async function testImageArchive({ name, config = {}, shell = true, programs = {} }: TestImageOptions): Promise<Buffer> {
  const busybox = await readFile('/bin/busybox');
  const layer = pack();
  for (const folder of ['bin', 'dev', 'etc', 'proc', 'sys', 'tmp']) layer.entry({ name: folder, type: 'directory', mode: 0o755 });
  if (shell) {
    layer.entry({ name: 'bin/busybox', mode: 0o755 }, busybox);
    for (const applet of APPLETS) layer.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' });
  } else {
    layer.entry({ name: 'sleep', mode: 0o755 }, busybox);
  }
  for (const [program, content] of Object.entries(programs)) layer.entry({ name: `bin/${program}`, mode: 0o755 }, content);
  layer.entry({ name: 'etc/passwd' }, 'root:x:0:0:root:/:/bin/sh\n');
  layer.finalize();
  const layerTar = await buffer(layer);
  const image = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    created: '2026-01-01T00:00:00Z',
    config: { Env: ['PATH=/bin'], ...config },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layerTar)}`] },
    history: [{ created: '2026-01-01T00:00:00Z', created_by: 'catamaran test' }],
  });
  const configName = `${sha256(image)}.json`;
  const archive = pack();
  archive.entry({ name: 'manifest.json' }, JSON.stringify([{ Config: configName, RepoTags: [name], Layers: ['layer.tar'] }]));
  archive.entry({ name: configName }, image);
  archive.entry({ name: 'layer.tar' }, layerTar);
  archive.finalize();
  return buffer(archive);
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
