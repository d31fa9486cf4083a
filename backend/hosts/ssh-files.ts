import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { Attributes, SFTPWrapper, Stats } from 'ssh2';
import { AppError, messageOf } from '../core/index.ts';
import type { Argv, ExecResult, Host, WriteOptions } from './host.ts';
import type { SshConnection } from './ssh-connection.ts';
import { throwIfLost } from './ssh-process.ts';

type Files = Pick<Host, 'readFile' | 'writeFile' | 'listFolder' | 'stat' | 'makeFolder' | 'remove' | 'rename' | 'copy'>;
type Exec = (argv: Argv, signal: AbortSignal) => Promise<ExecResult>;

/** Status codes of SFTP version 3, which is what OpenSSH speaks. */
const NO_SUCH_FILE = 2;
const PERMISSION_DENIED = 3;
const FOLDER_MODE = 0o700;
const MIB = 1024 * 1024;

/** Files over SFTP, with OpenSSH's extensions for what version 3 lacks: fsync, and a rename that replaces. */
export function sshFiles(connection: SshConnection, exec: Exec): Files {
  let session: Promise<SFTPWrapper> | null = null;

  function sftp(): Promise<SFTPWrapper> {
    session ??= connection
      .call<SFTPWrapper>(
        (done) => connection.client.sftp(done),
        (error) => new AppError('hostUnreachable', { host: connection.name, message: `no SFTP: ${messageOf(error)}` }, { cause: error }),
      )
      .then((opened) => {
        opened.on('close', () => {
          session = null;
        });
        return opened;
      });
    session.catch(() => {
      session = null;
    });
    return session;
  }

  async function call<T>(
    path: string,
    signal: AbortSignal,
    start: (session: SFTPWrapper, done: (error: Error | null | undefined, value: T) => void) => void,
  ): Promise<T> {
    throwIfLost(connection, signal);
    const opened = await sftp();
    return await connection.call<T>(
      (done) => start(opened, done),
      (error) => sftpError(error, path),
    );
  }

  async function statOrNull(path: string, signal: AbortSignal): Promise<Stats | null> {
    try {
      return await call<Stats>(path, signal, (session, done) => session.stat(path, done));
    } catch (error) {
      // A path below a plain file is, in SFTP, just a failure.
      if (isReason(error, 'fileMissing') || isReason(error, 'fileFailed')) return null;
      throw error;
    }
  }

  async function makeFolder(path: string, signal: AbortSignal): Promise<void> {
    try {
      const attributes: Attributes = { mode: FOLDER_MODE } as Attributes;
      await call<void>(path, signal, (session, done) => session.mkdir(path, attributes, (error) => done(error)));
    } catch (error) {
      if (isReason(error, 'fileMissing') && posix.dirname(path) !== path) {
        await makeFolder(posix.dirname(path), signal);
        await makeFolder(path, signal);
      } else if (!(await statOrNull(path, signal))?.isDirectory()) throw error;
    }
  }

  async function replace(from: string, to: string, signal: AbortSignal): Promise<void> {
    await call<void>(from, signal, (session, done) => session.ext_openssh_rename(from, to, (error) => done(error)));
  }

  async function writeNew(path: string, of: { bytes: Buffer } & Required<WriteOptions>, signal: AbortSignal): Promise<void> {
    const { bytes, mode, durable } = of;
    const handle = await call<Buffer>(path, signal, (session, done) => session.open(path, 'wx', 0o600, done));
    try {
      if (bytes.length > 0) {
        await call<void>(path, signal, (session, done) => session.write(handle, bytes, 0, bytes.length, 0, (error) => done(error)));
      }
      await call<void>(path, signal, (session, done) => session.fchmod(handle, mode, (error) => done(error)));
      if (durable) await call<void>(path, signal, (session, done) => session.ext_openssh_fsync(handle, (error) => done(error)));
    } finally {
      await call<void>(path, NEVER, (session, done) => session.close(handle, (error) => done(error)));
    }
  }

  /** SFTP calls a full disk just a failure: look whether it was that. */
  async function orNoSpace(error: unknown, path: string, neededBytes: number): Promise<unknown> {
    if (!isReason(error, 'fileFailed')) return error;
    const { stdout } = await exec(['df', '-Pk', '--', posix.dirname(path)], NEVER);
    const freeKiB = Number(stdout.toString().split('\n')[1]?.split(/\s+/)[3] ?? Number.POSITIVE_INFINITY);
    if (freeKiB * 1024 > neededBytes) return error;
    return new AppError('noSpace', { path, neededMiB: Math.max(1, Math.ceil(neededBytes / MIB)) }, { cause: error });
  }

  return {
    makeFolder,
    rename: replace,
    async copy(from, to, signal) {
      const { exitCode, stderr } = await exec(['cp', '--reflink=auto', '--', from, to], signal);
      if (exitCode !== 0) throw new AppError('fileFailed', { path: from, message: stderr.trim() });
    },

    readFile: (path, signal) => call<Buffer>(path, signal, (session, done) => session.readFile(path, done)),

    async writeFile(path, content, options, signal) {
      const bytes = Buffer.from(content as Uint8Array);
      const folder = posix.dirname(path);
      const temporary = posix.join(folder, `.${posix.basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
      await makeFolder(folder, signal);
      try {
        await writeNew(temporary, { bytes, mode: 0o600, durable: true, ...options }, signal);
        await replace(temporary, path, signal);
      } catch (error) {
        const reported = await orNoSpace(error, path, bytes.length);
        await call<void>(temporary, NEVER, (session, done) => session.unlink(temporary, (failed) => done(failed))).catch(() => {});
        throw reported;
      }
    },

    async listFolder(path, signal) {
      try {
        const entries = await call<{ filename: string }[]>(path, signal, (session, done) => session.readdir(path, done));
        return entries.map((entry) => entry.filename).filter((name) => name !== '.' && name !== '..');
      } catch (error) {
        if (isReason(error, 'fileMissing')) return null;
        if (isReason(error, 'fileFailed') && !(await statOrNull(path, signal))?.isDirectory()) return null;
        throw error;
      }
    },

    async stat(path, signal) {
      const stats = await statOrNull(path, signal);
      return stats === null ? null : { kind: kindOf(stats), sizeBytes: stats.size, modifiedMs: stats.mtime * 1000 };
    },

    async remove(path, signal) {
      const { exitCode, stderr } = await exec(['rm', '-rf', '--', path], signal);
      if (exitCode !== 0) throw new AppError('fileFailed', { path, message: stderr.trim() });
    },
  };
}

const NEVER = new AbortController().signal;

function kindOf(stats: Stats): 'file' | 'folder' | 'socket' | 'other' {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSocket() ? 'socket' : 'other';
}

function isReason(error: unknown, reason: 'fileMissing' | 'fileFailed'): boolean {
  return error instanceof AppError && error.reason === reason;
}

function sftpError(error: Error, path: string): AppError {
  const { code } = error as { code?: unknown };
  if (code === NO_SUCH_FILE) return new AppError('fileMissing', { path }, { cause: error });
  if (code === PERMISSION_DENIED) return new AppError('fileDenied', { path }, { cause: error });
  return new AppError('fileFailed', { path, message: messageOf(error) }, { cause: error });
}
