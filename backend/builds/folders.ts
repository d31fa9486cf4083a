import { readdir } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, normalize } from 'node:path';
import type { ContextPreview, FolderListing } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { Host } from '../hosts/host.ts';
import { readContext } from './context.ts';

/** What people call the files that images are built from. */
const DOCKERFILE = /^(?:.*\.)?(?:dockerfile|containerfile)(?:[.-].*)?$/i;
/** More in one folder are not to be looked through. */
const MOST_FOLDERS = 2000;

/** @throws AppError buildContextMissing, dockerignoreInvalid, fileDenied */
export async function previewContext(of: { path: string; dockerfile: string | null }, signal: AbortSignal): Promise<ContextPreview> {
  const path = absolute(of.path);
  const names = await namesIn(path);
  const dockerfiles = names.filter((name) => DOCKERFILE.test(name) && !/\.(?:docker|container)?ignore$/i.test(name)).sort(defaultFirst);
  const chosen = of.dockerfile ?? dockerfiles[0];
  const none = { path, dockerfiles, dockerfile: null, files: 0, sizeBytes: 0 };
  if (chosen === undefined) return none;
  try {
    const { dockerfile, entries } = await readContext(path, { dockerfile: chosen }, signal);
    const files = entries.filter(({ kind }) => kind === 'file');
    return {
      ...none,
      dockerfile: Buffer.from(dockerfile.content).toString('utf8'),
      files: files.length,
      sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    };
  } catch (error) {
    if (error instanceof AppError && error.reason === 'dockerfileMissing') return none;
    throw error;
  }
}

/** @throws AppError buildContextMissing, fileDenied */
export async function listFolder(
  { host, home }: { host: Host; home: string },
  wanted: string | null,
  signal: AbortSignal,
): Promise<FolderListing> {
  const path = absolute(wanted ?? home);
  const names = await host.listFolder(path, signal);
  if (names === null) throw new AppError('buildContextMissing', { path });
  const kinds = await Promise.all(
    names
      .sort((a, b) => a.localeCompare(b))
      .slice(0, MOST_FOLDERS)
      .map(async (name) => {
        const stats = await host.stat(join(path, name), signal).catch(() => null);
        return { name, path: join(path, name), isFolder: stats?.kind === 'folder' };
      }),
  );
  const parent = dirname(path);
  return {
    path,
    parent: parent === path ? null : parent,
    folders: kinds.filter(({ isFolder }) => isFolder).map(({ name, path: folder }) => ({ name, path: folder })),
    hasDockerfile: names.some((name) => DOCKERFILE.test(name)),
  };
}

async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    throw new AppError('buildContextMissing', { path }, { cause: error });
  }
}

/** @throws AppError buildContextMissing for a path that depends on where somebody stands */
function absolute(path: string): string {
  if (!isAbsolute(path)) throw new AppError('buildContextMissing', { path });
  return normalize(path);
}

function defaultFirst(a: string, b: string): number {
  const rank = (name: string) => ['Dockerfile', 'Containerfile'].indexOf(basename(name)) >>> 0;
  return rank(a) - rank(b) || a.localeCompare(b);
}
