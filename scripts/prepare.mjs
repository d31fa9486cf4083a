// Brings a machine to where the app can be built and run: system packages, node modules. Plain Node ≥ 20 without
// dependencies. When everything is there it only looks, in a few milliseconds.
//
//   node scripts/prepare.mjs [--yes] [--tests]
import { pathToFileURL } from 'node:url';
import { installNodeModules, nodeModulesMatch } from './node-modules.mjs';
import { say } from './project.mjs';
import { APP, TESTS, unmet } from './requirements.mjs';
import { installMissing, sayConsequences } from './system-packages.mjs';

/**
 * @param {{ yes: boolean, tests?: boolean }} options  `tests`: what only the tests need, too
 * @returns {Promise<boolean>} false when the app cannot be built; a missing system package is no reason
 */
export async function prepare({ yes, tests = false }) {
  const requirements = tests ? [...APP, ...TESTS] : APP;
  // Compilers first: node modules are compiled with them.
  const missing = unmet(requirements);
  if (missing.length > 0 && !(await installMissing(missing, { yes }))) {
    const still = unmet(requirements);
    if (still.length > 0) say('Going on without:');
    sayConsequences(still);
  }
  if (nodeModulesMatch() || (await installNodeModules())) return true;
  say('The node modules could not be installed, so the app cannot be built. See the lines of npm above.');
  return false;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const ready = await prepare({ yes: process.argv.includes('--yes'), tests: process.argv.includes('--tests') });
  process.exitCode = ready ? 0 : 1;
}
