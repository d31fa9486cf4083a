import { posix } from 'node:path';
import type { ComposeFile } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { Host } from '../hosts/host.ts';
import { readDotEnv } from './compose/dot-env.ts';

/** In the order in which Compose looks for them, each with the file that overrides it. */
const NAMES = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'];
/** A Compose file is written by people; what is larger is something else. */
const MOST_BYTES = 1024 * 1024;

/** The files of a stack that is opened by one path, a file or the folder that holds it. @throws AppError fileMissing */
export async function findFiles(host: Host, path: string, signal: AbortSignal): Promise<string[]> {
  if (!posix.isAbsolute(path)) throw new AppError('invalidInput', { field: path, message: 'not an absolute path' });
  const stats = await host.stat(path, signal);
  if (stats === null) throw new AppError('fileMissing', { path });
  const names = (await host.listFolder(stats.kind === 'folder' ? path : posix.dirname(path), signal)) ?? [];
  const file = stats.kind === 'folder' ? NAMES.find((name) => names.includes(name)) : posix.basename(path);
  const folder = stats.kind === 'folder' ? posix.normalize(`${path}/`).slice(0, -1) : posix.dirname(path);
  if (file === undefined) throw new AppError('fileMissing', { path: posix.join(path, NAMES[0] ?? '') });
  // As Compose itself does when it is not told which files to read.
  const override = NAMES.includes(file) ? names.find((name) => name === file.replace(/\.ya?ml$/, (end) => `.override${end}`)) : undefined;
  return [file, ...(override === undefined ? [] : [override])].map((name) => posix.join(folder, name));
}

/** @throws AppError fileMissing, fileDenied, invalidInput for what is too large to be one */
export async function readComposeFile(host: Host, path: string, signal: AbortSignal): Promise<ComposeFile> {
  const stats = await host.stat(path, signal);
  if (stats === null || stats.kind !== 'file') throw new AppError('fileMissing', { path });
  if (stats.sizeBytes > MOST_BYTES) throw new AppError('invalidInput', { field: path, message: `larger than ${MOST_BYTES} bytes` });
  return { path, text: (await host.readFile(path, signal)).toString('utf8'), modifiedMs: stats.modifiedMs };
}

/** What `${NAME}` is replaced with: the host's environment, before the `.env` file beside the first Compose file. */
export async function readVariables(host: Host, folder: string, signal: AbortSignal): Promise<Map<string, string>> {
  const { stdout } = await host.exec(['env', '-0'], {}, signal);
  const environment = stdout
    .toString('utf8')
    .split('\0')
    .flatMap((entry): [string, string][] => {
      const equals = entry.indexOf('=');
      return equals > 0 ? [[entry.slice(0, equals), entry.slice(equals + 1)]] : [];
    });
  return new Map([...(await readEnvFile(host, posix.join(folder, '.env'), signal)), ...environment]);
}

/** Empty when there is no such file. */
export async function readEnvFile(host: Host, path: string, signal: AbortSignal): Promise<Map<string, string>> {
  const stats = await host.stat(path, signal);
  if (stats === null || stats.kind !== 'file' || stats.sizeBytes > MOST_BYTES) return new Map();
  return readDotEnv((await host.readFile(path, signal)).toString('utf8'));
}

/** A folder's name as Compose makes a stack's name of it; empty when nothing of it can stand in one. */
export function toStackName(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9_-]/g, '')
    .replace(/^[^a-z0-9]+/, '')
    .slice(0, 63);
}
