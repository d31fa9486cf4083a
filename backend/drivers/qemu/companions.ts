import { posix } from 'node:path';
import type { SharedFolder } from '../../contract/index.ts';
import { AppError, type Clock } from '../../core/index.ts';
import type { Argv, Host } from '../../hosts/host.ts';
import type { System } from './definition.ts';
import { commandOf, readText } from './process.ts';
import { findVirtiofsd, isRoot, type Virtiofsd } from './sharing.ts';
import { folderSocket, type VmFiles } from './vm-files.ts';

/**
 * Programs that serve a machine beside QEMU, each by a socket in the folder of its run: the TPM, and the shared folders that go by
 * virtiofs. They leave our process group, so they live as long as QEMU does: each ends by itself when QEMU lets go of its socket.
 */
export interface Companions {
  tpm: boolean;
  folders: ServedFolder[];
}

export interface ServedFolder {
  folder: SharedFolder;
  /** Null: QEMU serves it itself, by 9p. */
  socket: string | null;
  /** Whether QEMU may give files the owners that the guest says. */
  asRoot: boolean;
}

const READY_MS = 10_000;
const POLL_MS = 20;
const PID_FILE = '.pid';

/** Those that do not come up are an error, and none is left. @throws AppError `swtpmMissing`, `commandFailed`, `fileMissing` */
export async function startCompanions(
  { host, clock }: { host: Host; clock: Clock },
  { guest, files }: { guest: System; files: VmFiles },
  signal: AbortSignal,
): Promise<Companions> {
  const { tpm, sharedFolders } = guest.hardware;
  if (tpm) await startTpm(host, files, signal);
  const sharing = sharedFolders.length === 0 ? { virtiofsd: null, asRoot: false } : await sharingOf(host, signal);
  const folders: ServedFolder[] = [];
  for (const [index, folder] of sharedFolders.entries()) {
    if ((await host.stat(folder.path, signal))?.kind !== 'folder') throw new AppError('fileMissing', { path: folder.path });
    const { virtiofsd, asRoot } = sharing;
    const served = virtiofsd?.takes(folder) === true;
    const socket = folderSocket(files, index);
    if (served) await startVirtiofsd({ host, clock }, { folder, socket, virtiofsd }, signal);
    folders.push({ folder, socket: served ? socket : null, asRoot });
  }
  return { tpm, folders };
}

/** Of a run whose QEMU is gone or never came. */
export async function endCompanions(host: Host, files: VmFiles, signal: AbortSignal): Promise<void> {
  const names = ((await host.listFolder(files.runFolder, signal)) ?? []).filter((name) => name.endsWith(PID_FILE));
  for (const name of names) {
    const pid = Number((await readText(host, posix.join(files.runFolder, name), signal)).trim());
    if (!Number.isInteger(pid) || pid <= 0) continue;
    // A number alone proves nothing: its command must name this machine's folder too.
    if ((await commandOf(host, pid, signal)).includes(`${files.runFolder}/`)) await host.exec(['kill', '-TERM', String(pid)], {}, signal);
  }
}

async function sharingOf(host: Host, signal: AbortSignal): Promise<{ virtiofsd: Virtiofsd | null; asRoot: boolean }> {
  return { virtiofsd: await findVirtiofsd(host, signal), asRoot: await isRoot(host, signal) };
}

async function startTpm(host: Host, files: VmFiles, signal: AbortSignal): Promise<void> {
  await host.makeFolder(files.tpmFolder, signal);
  const state = ['--tpmstate', `dir=${files.tpmFolder},mode=0600`, '--ctrl', `type=unixio,path=${files.tpm}`];
  // It has its socket when it returns, and ends when QEMU does.
  const argv: Argv = ['swtpm', 'socket', '--tpm2', ...state, '--terminate', '--daemon', '--pid', `file=${files.tpm}${PID_FILE}`];
  const result = await host.exec(argv, {}, signal).catch((error: unknown) => {
    if (error instanceof AppError && error.reason === 'commandMissing') throw new AppError('swtpmMissing', { package: 'swtpm' });
    throw error;
  });
  if (result.exitCode !== 0)
    throw new AppError('commandFailed', { command: 'swtpm', exitCode: result.exitCode, message: result.stderr.trim() });
}

async function startVirtiofsd(
  { host, clock }: { host: Host; clock: Clock },
  { folder, socket, virtiofsd }: { folder: SharedFolder; socket: string; virtiofsd: Virtiofsd },
  signal: AbortSignal,
): Promise<void> {
  const log = `${socket}.log`;
  // Its words go to a file: on our pipes it would hold us until it ends.
  const detached = 'echo $$ > "$0.pid"; exec "$@" > "$0.log" 2>&1 < /dev/null';
  await host.exec(['setsid', '-f', 'sh', '-c', detached, socket, virtiofsd.binary, ...virtiofsd.arguments(socket, folder)], {}, signal);
  for (let waitedMs = 0; (await host.stat(socket, signal)) === null; waitedMs += POLL_MS) {
    const pid = Number((await readText(host, `${socket}${PID_FILE}`, signal)).trim());
    const ended = pid > 0 && (await commandOf(host, pid, signal)) === '';
    if (ended || waitedMs >= READY_MS) {
      const message = (await readText(host, log, signal)).trim().split('\n').at(-1) ?? '';
      throw new AppError('commandFailed', { command: 'virtiofsd', exitCode: 1, message });
    }
    await clock.sleep(POLL_MS, signal);
  }
}
