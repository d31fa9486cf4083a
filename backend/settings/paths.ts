import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { posix, win32 } from 'node:path';
import { AppError } from '../core/index.ts';

/** Every name on disk. Folders of the XDG base directory specification, or of the platform. */
export interface Paths {
  data: string;
  cache: string;
  config: string;
  state: string;
  /** Sockets and what belongs to running processes; private (0700) and short. */
  run: string;

  settingsFile: string;
  logFile: string;
  historyFile: string;
  /** Container specs kept under names. */
  templatesFile: string;
  /** One folder a virtual machine: its definition and its disk. */
  vms: string;
  /** Disk images made of container images, shared by the machines' overlays. */
  disks: string;
  /** One folder an image that virtual machines are made of; disks of machines lie on top of them. */
  guestImages: string;
  /** What the person adds to the catalogue of such images. */
  ownCatalogueFile: string;
  /** Folders that were dropped on the page, while they are built. */
  builds: string;
  /** Stacks that were opened here, and one folder for each whose text was dropped here. */
  stacksFile: string;
  stacks: string;
  /** Guest kernels as they came. */
  kernels: string;
  /** Storage and configuration of the embedded engine. */
  embeddedEngine: string;
  /** Unpacked kernels, initial ramdisks, and what the accelerator trials found. */
  guests: string;
  /** Guests that are up and are nobody's yet: what instant starts are cloned from. */
  templates: string;

  /** Browsers that are signed in, as hashes. */
  webSessionsFile: string;

  /** Locked by the one process that uses these folders. */
  instanceLock: string;
  /** Where that process answers a second start. */
  instanceSocket: string;
  /** Sockets and state of the embedded engine's running containers. */
  embeddedEngineRun: string;
  /** One folder a running virtual machine. */
  vmSockets: string;
}

/** A unix socket's path has room for 107 bytes on Linux and 103 on macOS. */
const SOCKET_PATH_BYTES = 100;
/** What comes after the run folder in the longest of them, as `/vm/<id of 24>/console.sock`. */
const SOCKET_NAME_BYTES = 40;

/**
 * @param env CATAMARAN_HOME puts everything below one folder; else the XDG variables count where they are absolute.
 * @param temporary where the run folder goes when the data folder's path is too long for sockets
 */
export function createPaths(options: { home: string; env: NodeJS.ProcessEnv; platform?: NodeJS.Platform; temporary?: string }): Paths {
  const { home, env, platform = process.platform, temporary = tmpdir() } = options;
  const { join } = platform === 'win32' ? win32 : posix;
  const roots = env.CATAMARAN_HOME ? ownRoots(env.CATAMARAN_HOME, join) : platformRoots({ home, env, platform }, join);
  const { data, cache, config, state } = roots;
  // Beside the data and not in XDG_RUNTIME_DIR: that is emptied when its user's last session ends, while machines run on and
  // must be found again.
  const beside = join(data, 'run');
  const run = Buffer.byteLength(beside) + SOCKET_NAME_BYTES <= SOCKET_PATH_BYTES ? beside : join(temporary, `catamaran-${shortHash(data)}`);
  return {
    ...roots,
    run,
    settingsFile: join(config, 'settings.json'),
    logFile: join(state, 'catamaran.log'),
    historyFile: join(data, 'history.sqlite'),
    webSessionsFile: join(state, 'web-sessions.json'),
    templatesFile: join(data, 'templates.json'),
    vms: join(data, 'vms'),
    disks: join(data, 'disks'),
    guestImages: join(data, 'guest-images'),
    ownCatalogueFile: join(config, 'catalogue.json'),
    builds: join(cache, 'builds'),
    stacksFile: join(data, 'stacks.json'),
    stacks: join(data, 'stacks'),
    kernels: join(data, 'kernels'),
    embeddedEngine: join(data, 'embedded-engine'),
    guests: join(cache, 'guests'),
    templates: join(cache, 'templates'),
    instanceLock: join(run, 'instance.lock'),
    instanceSocket: join(run, 'instance.sock'),
    embeddedEngineRun: join(run, 'engine'),
    vmSockets: join(run, 'vm'),
  };
}

/**
 * Makes the folders that everything else is made in.
 * @throws AppError fileDenied when the run folder is another user's, or not a folder: whoever owns it could open our sockets
 */
export async function makeFolders(paths: Paths): Promise<void> {
  for (const folder of [paths.data, paths.cache, paths.config, paths.state, paths.run]) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
  }
  const stats = await lstat(paths.run);
  const uid = process.getuid?.() ?? stats.uid;
  if (!stats.isDirectory() || stats.uid !== uid) throw new AppError('fileDenied', { path: paths.run });
  if ((stats.mode & 0o077) !== 0 && process.platform !== 'win32') await chmod(paths.run, 0o700);
}

type Roots = Pick<Paths, 'data' | 'cache' | 'config' | 'state'>;
type Join = (...parts: string[]) => string;

function ownRoots(folder: string, join: Join): Roots {
  return { data: folder, cache: join(folder, 'cache'), config: join(folder, 'config'), state: join(folder, 'state') };
}

function platformRoots(of: { home: string; env: NodeJS.ProcessEnv; platform: NodeJS.Platform }, join: Join): Roots {
  const { home, env, platform } = of;
  if (platform === 'darwin') {
    const library = join(home, 'Library');
    const support = join(library, 'Application Support', 'catamaran');
    return { data: support, config: support, cache: join(library, 'Caches', 'catamaran'), state: join(library, 'Logs', 'catamaran') };
  }
  if (platform === 'win32') {
    const local = join(env.LOCALAPPDATA ?? join(home, 'AppData', 'Local'), 'catamaran');
    const roaming = join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'catamaran');
    return { data: join(local, 'data'), config: roaming, cache: join(local, 'cache'), state: join(local, 'state') };
  }
  // Relative paths in these variables are invalid and count as unset, says the specification.
  const xdg = (value: string | undefined, otherwise: string) =>
    join(value !== undefined && posix.isAbsolute(value) ? value : join(home, otherwise), 'catamaran');
  return {
    data: xdg(env.XDG_DATA_HOME, '.local/share'),
    cache: xdg(env.XDG_CACHE_HOME, '.cache'),
    config: xdg(env.XDG_CONFIG_HOME, '.config'),
    state: xdg(env.XDG_STATE_HOME, '.local/state'),
  };
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
