import { readdir, readFile } from 'node:fs/promises';
import { extname, join, posix, relative, sep } from 'node:path';

export interface Asset {
  body: Buffer;
  type: string;
  /** Its name carries a hash of its content. */
  immutable: boolean;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Vite puts what it names by content here. */
const HASHED_FOLDER = '/assets/';

/**
 * The files of the built page by their URL path. The list is made once: a path that is not in it is not there, so no path
 * leads out of the folder. They are not compressed: over loopback that costs more than it saves.
 */
export async function listAssets(folder: string): Promise<{ get(path: string): Promise<Asset | null> }> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((file) => [posix.join('/', relative(folder, file).split(sep).join('/')), file]),
  );
  const loaded = new Map<string, Promise<Asset>>();

  async function load(path: string, file: string): Promise<Asset> {
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return { body: await readFile(file), type, immutable: path.startsWith(HASHED_FOLDER) };
  }

  return {
    async get(path) {
      const file = files.get(path);
      if (file === undefined) return null;
      const asset = loaded.get(path) ?? load(path, file);
      loaded.set(path, asset);
      return asset;
    },
  };
}
