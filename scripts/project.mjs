// Where things are, and how programs are run. Plain Node ≥ 20: this also runs before node_modules exist.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { constants, homedir } from 'node:os';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** The package that holds the project's own Node on this platform; it has the headers too. */
export const nodePackage = join(root, 'node_modules', `node-${process.platform}-${process.arch}`);

/** The project's own Node where there is one for this platform, else the one that runs; a real path, as process.execPath. */
export function projectNode() {
  const own = join(nodePackage, 'bin', 'node');
  return existsSync(own) ? realpathSync(own) : process.execPath;
}

/** Where the app keeps what it makes on Linux; the same rule as in backend/settings/paths.ts. */
export function dataDir() {
  const { CATAMARAN_HOME: own, XDG_DATA_HOME: xdg } = process.env;
  return own ?? join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.local', 'share'), 'catamaran');
}

/** The environment in which `node` and every tool of node_modules are the project's own. */
export function projectEnv() {
  const bin = join(root, 'node_modules', '.bin');
  return { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` };
}

/**
 * Runs a program to its end; signals that we get are passed on, and it is waited for.
 *
 * @param {readonly [string, ...string[]]} argv
 * @param {import('node:child_process').SpawnOptions & { onStart?: (child: import('node:child_process').ChildProcess) => void }} [options]
 * @returns {Promise<number>} the exit code; 128 + the signal's number; 127 when it cannot be started
 */
export function run([command, ...args], { onStart, ...options } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', ...options });
    let forwardedAtMs = Number.NEGATIVE_INFINITY;
    /** @param {NodeJS.Signals} signal */
    const forward = (signal) => {
      // One Ctrl-C comes more than once: from the terminal, and from npm, which passes it on as we do. To the app a second
      // one means: do not wait for anything.
      if (performance.now() - forwardedAtMs < SAME_SIGNAL_MS) return;
      forwardedAtMs = performance.now();
      child.kill(signal);
    };
    const end = (/** @type {number} */ code) => {
      for (const signal of FORWARDED) process.off(signal, forward);
      resolve(code);
    };
    for (const signal of FORWARDED) process.on(signal, forward);
    child.on('error', () => end(127));
    child.on('close', (code, signal) => end(code ?? 128 + (signal ? constants.signals[signal] : 0)));
    onStart?.(child);
  });
}

const SAME_SIGNAL_MS = 300;

/** @type {NodeJS.Signals[]} */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Whether a person can be asked. */
export function personIsHere() {
  return Boolean(process.stdin.isTTY && process.stdout.isTTY) && !process.env.CI;
}

/** @param {string} line */
export function say(line) {
  process.stdout.write(`${line}\n`);
}
