// Where Electron's runtime is, fetching it when it is not there. The package has no install script: its runtime is
// downloaded on first use, which a network may not allow.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { projectEnv, projectNode, root } from './project.mjs';

const packageFolder = join(root, 'node_modules', 'electron');
const failureFile = join(root, 'node_modules', '.cache', 'catamaran', 'electron-failed');
const FETCH_LIMIT_MS = 120_000;
/** A connection that does not come to life within this time will not. */
const RETRY_AFTER_MS = 24 * 3600 * 1000;

/** @returns {string | null} the runtime's executable, if it is installed */
export function installedRuntime() {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  const folder = override ?? join(packageFolder, 'dist');
  const pathFile = join(packageFolder, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : 'electron';
  const path = join(folder, name);
  return existsSync(path) ? path : null;
}

/** @returns {Promise<{ path: string } | { reason: string }>} */
export async function electronRuntime() {
  const installed = installedRuntime();
  if (installed !== null) return { path: installed };
  if (!existsSync(join(packageFolder, 'install.js'))) return { reason: 'Electron is not among the node modules' };
  const failure = rememberedFailure();
  if (failure !== null) return { reason: failure };
  const error = await fetchRuntime();
  const path = installedRuntime();
  if (error === null && path !== null) {
    rmSync(failureFile, { force: true });
    return { path };
  }
  const reason = `Electron’s runtime could not be fetched (${error ?? 'the download had no program in it'})`;
  mkdirSync(dirname(failureFile), { recursive: true });
  writeFileSync(failureFile, JSON.stringify({ reason, atMs: Date.now() }));
  return { reason };
}

/** So that not every start waits for a network that is not there. */
function rememberedFailure() {
  try {
    const { reason, atMs } = JSON.parse(readFileSync(failureFile, 'utf8'));
    return Date.now() - atMs < RETRY_AFTER_MS ? `${reason}; the next try is a day after the last` : null;
  } catch {
    return null;
  }
}

/** @returns {Promise<string | null>} null, or why it failed */
function fetchRuntime() {
  return new Promise((resolve) => {
    const child = spawn(projectNode(), [join(packageFolder, 'install.js')], {
      env: projectEnv(),
      stdio: ['ignore', 'ignore', 'pipe'],
      signal: AbortSignal.timeout(FETCH_LIMIT_MS),
    });
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text;
    });
    child.on('error', (error) => resolve(error.name === 'AbortError' ? `not done after ${FETCH_LIMIT_MS / 1000} s` : error.message));
    child.on('close', (code) =>
      resolve(code === 0 ? null : (errors.split('\n').find((line) => line.trim() !== '') ?? `exit code ${code}`)),
    );
  });
}
