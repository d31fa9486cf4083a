import { randomBytes } from 'node:crypto';
import { AppError } from '../../core/index.ts';
import type { FileTree } from '../files.ts';
import { parseListing } from './listing.ts';
import { bytesToPath, joinPath, partsOf, splitPath, toArgument } from './path-bytes.ts';
import * as scripts from './scripts.ts';
import { type ScriptCall, ScriptFailure, type Shell } from './shell.ts';

/** As Linux itself: https://man7.org/linux/man-pages/man7/path_resolution.7.html */
const MOST_LINKS = 40;

/** The files of a place, by scripts that run beside them. @param release called when the tree is disposed of */
export function createFileTree(shell: Shell, release: () => void): FileTree {
  function toCall(script: string, parts: readonly string[], options: { args?: readonly string[]; writes?: boolean }): ScriptCall {
    const args = [shell.root, ...parts.map(toArgument), '/', ...(options.args ?? [])];
    return { script, args, writes: options.writes ?? false };
  }

  /** Runs a script in a folder; `find` says which folder, again after each link that was in the way. */
  async function walk(path: string, find: (parts: string[]) => ScriptCall, signal: AbortSignal): Promise<{ path: string; output: Buffer }> {
    let parts = partsOf(path);
    for (let links = 0; links < MOST_LINKS; links++) {
      try {
        return { path: `/${parts.join('/')}`, output: await shell.run(find(parts), signal) };
      } catch (error) {
        if (!(error instanceof ScriptFailure) || error.exitCode !== scripts.EXIT.link) throw failure(error, path);
        parts = followLink(parts, error.output, path);
      }
    }
    throw new AppError('fileLinkLoop', { path });
  }

  /** A folder's parts without links. */
  async function resolve(path: string, signal: AbortSignal): Promise<string[]> {
    return partsOf((await walk(path, (parts) => toCall(scripts.RESOLVE, parts, {}), signal)).path);
  }

  /** Runs a script that changes something. */
  async function change(path: string, call: ScriptCall, signal: AbortSignal): Promise<void> {
    try {
      await shell.run(call, signal);
    } catch (error) {
      throw failure(error, path);
    }
  }

  async function* stream(path: string, call: ScriptCall, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
    try {
      yield* shell.stream(call, signal);
    } catch (error) {
      throw failure(error, path);
    }
  }

  return {
    async list(path, signal) {
      const found = await walk(path, (parts) => toCall(scripts.LIST, parts, {}), signal);
      return { path: found.path, entries: parseListing(found.output, shell) };
    },

    async read(path, { maxBytes }, signal) {
      const sizeOf = (parts: string[]) => {
        const { folder, name } = splitPath(`/${parts.join('/')}`);
        if (name === '') throw new AppError('fileNotRegular', { path });
        return toCall(scripts.STAT_FILE, partsOf(folder), { args: [toArgument(name)] });
      };
      const found = await walk(path, sizeOf, signal);
      const { folder, name } = splitPath(found.path);
      const call =
        maxBytes === undefined
          ? toCall(scripts.READ, partsOf(folder), { args: [toArgument(name)] })
          : toCall(scripts.READ_START, partsOf(folder), { args: [toArgument(name), String(maxBytes)] });
      return { path: found.path, sizeBytes: Number(found.output.toString()), bytes: stream(path, call, signal) };
    },

    async makeFolder(path, signal) {
      const { folder, name } = splitPath(path);
      const parts = await resolve(folder, signal);
      await change(path, toCall(scripts.MAKE_FOLDER, parts, { args: [toArgument(name)], writes: true }), signal);
    },

    async rename(from, to, signal) {
      const source = splitPath(from);
      const target = splitPath(to);
      const parts = await resolve(source.folder, signal);
      const targetParts = target.folder === source.folder ? parts : await resolve(target.folder, signal);
      const args = [source.name, ...targetParts, target.name].map(toArgument);
      await change(to, toCall(scripts.RENAME, parts, { args, writes: true }), signal);
    },

    async remove(folder, names, signal) {
      const parts = await resolve(folder, signal);
      // Names are long at most, and an argument list has its bound.
      for (let at = 0; at < names.length; at += 200) {
        const some = names.slice(at, at + 200);
        const shown = joinPath(folder, some[0] ?? '');
        await change(shown, toCall(scripts.REMOVE, parts, { args: some.map(toArgument), writes: true }), signal);
      }
    },

    async empty(path, signal) {
      await change(path, toCall(scripts.EMPTY, await resolve(path, signal), { writes: true }), signal);
    },

    async *pack(path, signal) {
      const { folder, name } = splitPath(`/${(await resolve(path, signal)).join('/')}`);
      yield* stream(path, toCall(scripts.PACK, partsOf(folder), { args: name === '' ? [] : [toArgument(name)] }), signal);
    },

    async unpack(path, tar, { keepRoot }, signal) {
      const parts = await resolve(path, signal);
      const id = randomBytes(6).toString('hex');
      const call = toCall(scripts.UNPACK, parts, { args: [id, keepRoot ? 'yes' : 'no'], writes: true });
      await change(path, { ...call, input: tar }, signal);
    },

    async [Symbol.asyncDispose]() {
      release();
    },
  };
}

/** @param output `<index of the part>/<the link's target>`, as the walk says it */
function followLink(parts: string[], output: Buffer, path: string): string[] {
  const slash = output.indexOf('/');
  const index = Number(output.subarray(0, slash).toString());
  const target = bytesToPath(output.subarray(slash + 1));
  if (slash < 1 || !Number.isInteger(index) || index >= parts.length || target === '') throw new AppError('filePathMissing', { path });
  const before = target.startsWith('/') ? [] : parts.slice(0, index);
  return partsOf([...before, target, ...parts.slice(index + 1)].join('/'));
}

const WORDS: [RegExp, 'fileDiskFull' | 'fileReadOnly' | 'fileDenied' | 'fileTaken' | 'filePathMissing'][] = [
  [/No space left|Disk quota exceeded/i, 'fileDiskFull'],
  [/Read-only file system/i, 'fileReadOnly'],
  [/Permission denied|Operation not permitted/i, 'fileDenied'],
  [/File exists/i, 'fileTaken'],
  [/No such file or directory/i, 'filePathMissing'],
];

function failure(error: unknown, path: string): unknown {
  if (!(error instanceof ScriptFailure)) return error;
  const { exitCode, words } = error;
  const { EXIT } = scripts;
  if (exitCode === EXIT.missing || exitCode === EXIT.link || exitCode === EXIT.root)
    return new AppError('filePathMissing', { path }, { cause: error });
  if (exitCode === EXIT.notFolder) return new AppError('fileNotFolder', { path }, { cause: error });
  if (exitCode === EXIT.denied) return new AppError('fileDenied', { path }, { cause: error });
  if (exitCode === EXIT.notRegular) return new AppError('fileNotRegular', { path }, { cause: error });
  if (exitCode === EXIT.taken) return new AppError('fileTaken', { path }, { cause: error });
  const known = WORDS.find(([pattern]) => pattern.test(words));
  if (known !== undefined) return new AppError(known[1], { path }, { detail: words, cause: error });
  const message = words.trim().split('\n').at(-1) || `ended with ${exitCode}`;
  return new AppError('fileCommandFailed', { path, message }, { detail: words, cause: error });
}
