// The exact node modules of package-lock.json, installed when they differ from it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { nodePackage, projectNode, root, run, say } from './project.mjs';

/** @typedef {Record<string, { version?: string, integrity?: string, optional?: boolean }>} Packages */

/** npm writes down what it has installed, as the last thing that it does. */
export function nodeModulesMatch() {
  try {
    const wanted = packagesIn('package-lock.json');
    const installed = packagesIn('node_modules/.package-lock.json');
    const own = relative(root, nodePackage);
    return Object.entries(wanted).every(([path, { version, integrity, optional }]) => {
      const found = installed[path];
      // Optional ones are for other platforms, or could not be compiled; only our own Node must be there.
      if (found === undefined) return path === '' || (optional === true && path !== own);
      return found.version === version && found.integrity === integrity && (path !== own || existsSync(nodePackage));
    });
  } catch {
    return false;
  }
}

/** @param {string} lockFile @returns {Packages} */
function packagesIn(lockFile) {
  return JSON.parse(readFileSync(join(root, lockFile), 'utf8')).packages;
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
  if (code === 0) sayIfNotNative();
  return code === 0;
}

/** ssh2 works without its addon, and says nothing. */
function sayIfNotNative() {
  const addon = join(root, 'node_modules', 'ssh2', 'lib', 'protocol', 'crypto', 'build', 'Release', 'sshcrypto.node');
  const { status } = spawnSync(projectNode(), ['-e', 'require(process.argv[1])', addon], { stdio: 'ignore' });
  if (status !== 0) say('ssh2’s native cryptography does not load: SSH will be slow. See the lines of npm above.');
}
