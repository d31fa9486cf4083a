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
export const HASHED_FOLDER = '/assets/';

export interface Assets {
  /** Null when there is no such file. */
  get(path: string): Promise<Asset | null>;
}

/**
 * The files of the built page by their URL path. Only what a listing of the folder names is there, so no path leads out of
 * it. They are not compressed: over loopback that costs more than it saves.
 * @param options.changing the page is built again while it is served (`npm run dev`): nothing is remembered
 */
export function openAssets(folder: string, options: { changing: boolean }): Assets {
  const loaded = new Map<string, Promise<Asset | null>>();
  let listed: Promise<Map<string, string>> | null = null;

  async function load(path: string): Promise<Asset | null> {
    if (options.changing) listed = null;
    listed ??= listFiles(folder);
    const file = (await listed).get(path);
    if (file === undefined) return null;
    const type = TYPES[extname(file)] ?? 'application/octet-stream';
    return { body: await readFile(file), type, immutable: path.startsWith(HASHED_FOLDER) };
  }

  return {
    async get(path) {
      const remembered = loaded.get(path);
      if (remembered !== undefined) return remembered;
      const asset = load(path);
      // Only what is there: paths that are not are without number.
      if (!options.changing && (await asset) !== null) loaded.set(path, asset);
      return asset;
    },
  };
}

async function listFiles(folder: string): Promise<Map<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(files.map((file) => [posix.join('/', relative(folder, file).split(sep).join('/')), file]));
}
