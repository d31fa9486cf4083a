// Installs what the machine lacks, by the system's own package manager.
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { personIsHere, run, say } from './project.mjs';
import { findCommand } from './requirements.mjs';

/**
 * @param {import('./requirements.mjs').Requirement[]} missing
 * @param {{ yes: boolean }} options  `yes`: a person at the terminal is not asked
 * @returns {Promise<boolean>} false when something is still missing; what, and what follows, has been said
 */
export async function installMissing(missing, { yes }) {
  const manager = packageManager();
  const packages = manager === null ? [] : [...new Set(missing.flatMap((requirement) => requirement.packages[manager]))];
  say('This machine lacks:');
  for (const { why, packages: names } of missing) say(`  ${names[manager ?? 'apt'].join(' ')} – ${why}`);

  if (manager !== 'apt') {
    const command = manager === null ? null : [...MANAGERS[manager], ...packages].join(' ');
    say(command === null ? 'Install them, then start again.' : `Install them with: ${command}`);
    return false;
  }
  if (!yes && personIsHere() && !(await agreed(`Install ${packages.join(' ')} with apt-get?`))) return false;
  const prefix = asRoot();
  if (prefix === null) {
    say(`Root is needed for that, and sudo does not give it. Run: sudo apt-get install --no-install-recommends ${packages.join(' ')}`);
    return false;
  }
  return await aptInstall(packages, prefix);
}

/** What will not work, for those who go on without. @param {import('./requirements.mjs').Requirement[]} missing */
export function sayConsequences(missing) {
  for (const { why, packages } of missing) say(`  Without ${packages.apt.join(' ')} there is nothing that ${why}.`);
}

/** Commands that a person would type. */
const MANAGERS = {
  apt: ['sudo', 'apt-get', 'install', '--no-install-recommends'],
  dnf: ['sudo', 'dnf', 'install'],
  pacman: ['sudo', 'pacman', '-S', '--needed'],
  brew: ['brew', 'install'],
};

/** @returns {keyof typeof MANAGERS | null} */
function packageManager() {
  if (findCommand('apt-get')) return 'apt';
  if (findCommand('dnf')) return 'dnf';
  if (findCommand('pacman')) return 'pacman';
  return findCommand('brew') ? 'brew' : null;
}

/** @param {string} question */
async function agreed(question) {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^(y(es)?)?$/i.test((await terminal.question(`${question} [Y/n] `)).trim());
  } finally {
    terminal.close();
  }
}

/** @returns {string[] | null} what goes before a command so that root runs it; null: there is no way */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  if (findCommand('sudo') === null) return null;
  // Without a terminal nobody can type a password.
  const sudo = personIsHere() ? ['sudo'] : ['sudo', '-n'];
  return spawnSync('sudo', [...sudo.slice(1), 'true'], { stdio: personIsHere() ? 'inherit' : 'ignore' }).status === 0 ? sudo : null;
}

/** Fetches apt's package lists, where that is possible. @returns {Promise<boolean>} */
export async function updatePackageLists() {
  const prefix = packageManager() === 'apt' ? asRoot() : null;
  return prefix !== null && (await aptGet(prefix)('update')) === 0;
}

/** @param {string[]} prefix @returns {(...args: string[]) => Promise<number>} */
function aptGet(prefix) {
  return (...args) =>
    run(
      /** @type {[string, ...string[]]} */ ([
        ...prefix,
        'env',
        'DEBIAN_FRONTEND=noninteractive',
        'apt-get',
        '-qq',
        '-o',
        'Dpkg::Use-Pty=0',
        ...args,
      ]),
    );
}

/** @param {string[]} packages @param {string[]} prefix */
async function aptInstall(packages, prefix) {
  const apt = aptGet(prefix);
  if (unknownToApt(packages).length > 0 && (await apt('update')) !== 0) say('The package lists could not be fetched.');
  const unknown = unknownToApt(packages);
  if (unknown.length > 0) say(`This system does not offer: ${unknown.join(' ')}. Going on without.`);
  const install = [
    'install',
    '-y',
    '--no-install-recommends',
    '-o',
    'DPkg::Lock::Timeout=300',
    ...packages.filter((name) => !unknown.includes(name)),
  ];
  const restore = holdServices(prefix);
  try {
    if ((await apt(...install)) === 0) return unknown.length === 0;
    // Lists that are there but old name versions that the archive has no more.
    say('That failed; fetching the package lists and trying once more.');
    return (await apt('update')) === 0 && (await apt(...install)) === 0 && unknown.length === 0;
  } finally {
    restore();
  }
}

/** @param {string[]} packages */
function unknownToApt(packages) {
  const { stdout } = spawnSync('apt-cache', ['policy', ...packages], { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  const known = new Set([...stdout.matchAll(/^(\S+):\n.*\n {2}Candidate: (?!\(none\))/gm)].map((match) => match[1]));
  return packages.filter((name) => !known.has(name));
}

const POLICY = '/usr/sbin/policy-rc.d';

/**
 * We want the programs, not services that begin to run on somebody's machine: Debian's maintainer scripts ask this
 * file before they start one. https://people.debian.org/~hmh/invokerc.d-policyrc.d-specification.txt
 *
 * @param {string[]} prefix
 * @returns {() => void} takes it away again
 */
function holdServices(prefix) {
  if (findCommand('policy-rc.d') !== null) return () => {};
  /** @param {string[]} argv @param {string} [input] */
  const asRootRun = ([command, ...args], input) => spawnSync(command ?? '', args, { input, stdio: ['pipe', 'ignore', 'inherit'] });
  asRootRun([...prefix, 'tee', POLICY], '#!/bin/sh\nexit 101\n');
  asRootRun([...prefix, 'chmod', '755', POLICY]);
  return () => asRootRun([...prefix, 'rm', '-f', POLICY]);
}
