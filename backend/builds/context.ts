import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { IgnoreRules, IgnoreSyntaxError } from '../contract/index.ts';
import { AppError, messageOf, systemCode } from '../core/index.ts';
import type { BuildContext, ContextEntry } from '../drivers/builds.ts';

const DOCKERIGNORE = '.dockerignore';

/**
 * Reads what a folder of this computer holds, without what its rules ignore. Contents are read when they are asked for.
 * @throws AppError buildContextMissing, dockerfileMissing, dockerignoreInvalid, fileDenied
 */
export async function readContext(
  folder: string,
  { dockerfile, key = folder }: { dockerfile: string; key?: string },
  signal: AbortSignal,
): Promise<BuildContext> {
  if (!(await isFolder(folder))) throw new AppError('buildContextMissing', { path: folder });
  const name = posix.normalize(dockerfile.replaceAll('\\', '/'));
  const content = await readOwn(join(folder, name));
  if (content === null) throw new AppError('dockerfileMissing', { name: dockerfile, path: folder });
  const ignore = await readIgnoreFile(folder, name);
  const rules = parseRules(ignore);
  return {
    entries: await listEntries(folder, rules, signal),
    key: createHash('sha256').update(`catamaran ${key}`).digest('hex'),
    dockerfile: { name, content },
    ignoreFile: ignore?.name === DOCKERIGNORE ? ignore : null,
    open: (path, readSignal) => readBytes(join(folder, path), readSignal),
  };
}

/** The rules of one Dockerfile, `<its name>.dockerignore`, stand in place of the folder's. */
async function readIgnoreFile(folder: string, dockerfile: string): Promise<{ name: string; content: Buffer } | null> {
  for (const name of [`${dockerfile}.dockerignore`, DOCKERIGNORE]) {
    const content = await readOwn(join(folder, name));
    if (content !== null) return { name, content };
  }
  return null;
}

function parseRules(file: { name: string; content: Buffer } | null): IgnoreRules {
  try {
    return new IgnoreRules(file?.content.toString('utf8') ?? '');
  } catch (error) {
    if (!(error instanceof IgnoreSyntaxError)) throw error;
    throw new AppError('dockerignoreInvalid', { name: file?.name ?? DOCKERIGNORE, line: error.line, message: error.message });
  }
}

/** In the order of BuildKit's protocol: a folder, then all in it, names by their bytes. */
async function listEntries(folder: string, rules: IgnoreRules, signal: AbortSignal): Promise<ContextEntry[]> {
  const entries: ContextEntry[] = [];
  /** Folders that are left out themselves, but hold something that is not: they come with the first of it. */
  async function walk(path: string, pending: ContextEntry[]): Promise<void> {
    signal.throwIfAborted();
    const names = await translated(readdir(join(folder, path)), join(folder, path));
    for (const name of names.sort(byBytes)) {
      const relative = path === '' ? name : `${path}/${name}`;
      const ignored = rules.ignores(relative);
      if (ignored && !rules.mayTakeFrom(relative)) continue;
      const entry = await entryOf(folder, relative);
      if (entry === null) continue;
      if (!ignored) entries.push(...pending.splice(0), entry);
      if (entry.kind !== 'folder') continue;
      if (ignored) pending.push(entry);
      await walk(relative, pending);
      if (ignored && pending.at(-1) === entry) pending.pop();
    }
  }
  await walk('', []);
  return entries;
}

/** Null for what cannot be sent (sockets, devices), and for what has gone meanwhile. */
async function entryOf(folder: string, path: string): Promise<ContextEntry | null> {
  const full = join(folder, path);
  const stats = await lstat(full).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return null;
    throw fileError(error, full);
  });
  const kind = stats?.isFile() ? 'file' : stats?.isDirectory() ? 'folder' : stats?.isSymbolicLink() ? 'link' : null;
  if (stats === null || kind === null) return null;
  return {
    path,
    kind,
    mode: stats.mode & 0o7777,
    sizeBytes: kind === 'file' ? stats.size : 0,
    modifiedMs: stats.mtimeMs,
    linkTarget: kind === 'link' ? await translated(readlink(full), full) : '',
  };
}

async function* readBytes(path: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  // Without the signal: a stream that is aborted while nobody reads it throws where nobody catches.
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      if (signal.aborted) throw new AppError('cancelled', {}, { cause: signal.reason });
      yield chunk;
    }
  } catch (error) {
    throw error instanceof AppError ? error : fileError(error, path);
  } finally {
    stream.destroy();
  }
}

async function readOwn(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '')) return null;
    throw fileError(error, path);
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await readdir(path).catch(() => null)) !== null;
}

async function translated<T>(result: Promise<T>, path: string): Promise<T> {
  try {
    return await result;
  } catch (error) {
    throw fileError(error, path);
  }
}

function fileError(error: unknown, path: string): AppError {
  const code = systemCode(error);
  if (code === 'EACCES' || code === 'EPERM') return new AppError('fileDenied', { path }, { cause: error });
  if (code === 'ENOENT') return new AppError('fileMissing', { path }, { cause: error });
  return new AppError('fileFailed', { path, message: messageOf(error) }, { cause: error });
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
