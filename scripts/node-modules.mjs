// The exact node modules of package-lock.json, installed when they differ from it.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { nodePackage, projectNode, root, run, say } from './project.mjs';

const stamp = join(root, 'node_modules', '.catamaran-lock');

/** A hash of what decides the installed tree. */
function wanted() {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  return `${lock} ${process.platform}-${process.arch}\n`;
}

export function nodeModulesMatch() {
  try {
    return readFileSync(stamp, 'utf8') === wanted();
  } catch {
    return false;
  }
}

/** @returns {Promise<boolean>} */
export async function installNodeModules() {
  say('Installing the node modules of package-lock.json (the project’s own Node 24 is among them).');
  // npm is run by the Node that runs it already: the one in node_modules is about to be replaced.
  const npm = process.env.npm_execpath;
  /** @type {[string, ...string[]]} */
  const command = npm ? [process.env.npm_node_execpath ?? process.execPath, npm] : ['npm'];
  const code = await run([...command, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    // Native modules are compiled against the headers of the project's Node, whatever the machine's npmrc says:
    // with others ssh2 would fall back to JavaScript cryptography without a word, 13 times slower.
    env: { ...process.env, npm_config_nodedir: nodePackage },
  });
  if (code !== 0) return false;
  sayIfNotNative();
  writeFileSync(stamp, wanted());
  return true;
}

/** ssh2 works without its addon, and says nothing. */
function sayIfNotNative() {
  const addon = join(root, 'node_modules', 'ssh2', 'lib', 'protocol', 'crypto', 'build', 'Release', 'sshcrypto.node');
  const { status } = spawnSync(projectNode(), ['-e', 'require(process.argv[1])', addon], { stdio: 'ignore' });
  if (status !== 0) say('ssh2’s native cryptography does not load: SSH will be slow. See the lines of npm above.');
}
