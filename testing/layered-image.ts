import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { type Header, pack } from 'tar-stream';

/** Content of a file, or a header of anything else. */
export type LayerFile = string | Buffer | Partial<Header>;

export interface TestStep {
  createdBy: string;
  /** Absent: a step that changes the configuration only. */
  files?: Readonly<Record<string, LayerFile>>;
}

export interface LayeredImage {
  name: string;
  steps: TestStep[];
  config?: Record<string, unknown>;
}

/** The same files give the same bytes, so that two images that begin alike share layers. */
export async function layerTar(files: Record<string, LayerFile>): Promise<Buffer> {
  const layer = pack();
  for (const [name, file] of Object.entries(files)) {
    if (typeof file === 'string' || Buffer.isBuffer(file)) layer.entry({ name, mode: 0o644, mtime: new Date(0) }, file);
    else layer.entry({ name, mode: 0o755, mtime: new Date(0), ...file });
  }
  layer.finalize();
  return buffer(layer);
}

/** A docker-save archive of images made of such steps. */
export async function layeredArchive(images: readonly LayeredImage[]): Promise<Buffer> {
  const archive = pack();
  const manifest: object[] = [];
  const written = new Set<string>();
  for (const { name, steps, config = {} } of images) {
    const layers: string[] = [];
    for (const { files } of steps) {
      if (files === undefined) continue;
      const tar = await layerTar(files);
      const path = `${sha256(tar)}.tar`;
      if (!written.has(path)) archive.entry({ name: path }, tar);
      written.add(path);
      layers.push(path);
    }
    const image = JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      created: '2026-01-01T00:00:00Z',
      config,
      rootfs: { type: 'layers', diff_ids: layers.map((path) => `sha256:${path.replace('.tar', '')}`) },
      history: steps.map(({ createdBy, files }) => ({
        created: '2026-01-01T00:00:00Z',
        created_by: createdBy,
        ...(files === undefined ? { empty_layer: true } : {}),
      })),
    });
    archive.entry({ name: `${sha256(image)}.json` }, image);
    manifest.push({ Config: `${sha256(image)}.json`, RepoTags: [name], Layers: layers });
  }
  archive.entry({ name: 'manifest.json' }, JSON.stringify(manifest));
  archive.finalize();
  return buffer(archive);
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
