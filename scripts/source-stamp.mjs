// Says in milliseconds whether anything that goes into dist/ has changed since it was built.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './project.mjs';

const SOURCES = [
  'backend',
  'renderer',
  'electron',
  'assets',
  'package.json',
  'package-lock.json',
  'scripts/build.mjs',
  'scripts/build-guest.mjs',
];
const stampFile = join(root, 'dist', '.stamp');

/** Names, sizes and times of change; contents are not read. */
function stamp() {
  const hash = createHash('sha1');
  /** @param {string} path */
  const add = (path) => {
    const stats = statSync(join(root, path), { throwIfNoEntry: false });
    if (stats === undefined) return;
    if (stats.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) add(join(path, name));
    else hash.update(`${path} ${stats.size} ${stats.mtimeMs}\n`);
  };
  for (const source of SOURCES) add(source);
  return hash.digest('hex');
}

export function isBuilt() {
  try {
    return readFileSync(stampFile, 'utf8') === stamp();
  } catch {
    return false;
  }
}

/** @param {string} before  the stamp taken before the build, so that a change during it is not lost */
export function markBuilt(before) {
  writeFileSync(stampFile, before);
}

export { stamp as sourceStamp };
