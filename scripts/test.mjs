// npm test: everything, from a bare machine on. Prints where the time goes, and ends by asserting that nothing is left.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureGuestKernel } from './guest-kernel.mjs';
import { prepare } from './prepare.mjs';
import { projectEnv, projectNode, root, run, say } from './project.mjs';

/** @typedef {{ name: string, seconds: number, ok: boolean }} Step */
/** @type {Step[]} */
const steps = [];

/** @param {string} name @param {() => Promise<boolean>} work */
async function step(name, work) {
  say(`\n== ${name}`);
  const start = performance.now();
  const ok = await work();
  steps.push({ name, ok, seconds: (performance.now() - start) / 1000 });
  return ok;
}

process.exitCode = (await main()) ? 0 : 1;

async function main() {
  // The machine is prepared as the user that it belongs to; the tests then see a home and temporary folders of their own.
  // Short, because unix sockets lie below it.
  if (!(await step('prepare', () => prepare({ yes: true, tests: true })))) return report();
  const folder = mkdtempSync('/tmp/ct-');
  const places = { HOME: join(folder, 'home'), TMPDIR: join(folder, 'tmp'), CATAMARAN_HOME: join(folder, 'data') };
  for (const place of Object.values(places)) mkdirSync(place);
  const colours = process.stdout.isTTY ? {} : { NO_COLOR: '1' };
  const cache = join(root, 'node_modules', '.cache');
  const env = { ...projectEnv(), ...places, CATAMARAN_TEST_RUN: folder, PWTEST_CACHE_DIR: join(cache, 'playwright') };
  const node = projectNode();
  /** @param {string[]} args */
  const tool = async (...args) => (await run(/** @type {[string, ...string[]]} */ (args), { env: { ...env, ...colours } })) === 0;

  const before = join(folder, 'before.json');
  const leaks = join(root, 'testing', 'leaks.ts');
  // Kept from run to run; the tests that start guests take it from there.
  const kernels = join(cache, 'catamaran', 'kernels');
  try {
    await run([node, leaks, 'save', before], { env });
    (await step('types', () => tool('tsc', '-b'))) &&
      (await step('lint', () => tool('biome', 'ci'))) &&
      (await step('unused', () => tool('knip'))) &&
      (await step('build', () => tool(node, join(root, 'scripts', 'build.mjs'), '--if-changed'))) &&
      (await step('guest kernel', () => ensureGuestKernel(kernels))) &&
      // Side by side: the one waits for disks and package sources, the other computes.
      (await step('unit', async () => {
        const guests = tool(node, join(root, 'testing', 'prepare-guests.ts'));
        const passed = await tool('vitest', 'run', '--project', 'unit', '--retry', '1');
        return (await guests) && passed;
      })) &&
      // Engines and guests have races of their own: what fails once is tried once more, and told as tried again.
      (await step('real', () => tool('vitest', 'run', '--project', 'real', '--retry', '1'))) &&
      // It sets its workers' colours itself, and warns of ours.
      (await step('e2e', async () => (await run(['playwright', 'test', '--retries', '1'], { env })) === 0));
  } finally {
    // What still runs may use the folder: it is looked at, not pulled away.
    if (await step('nothing left behind', () => tool(node, leaks, 'compare', before))) rmSync(folder, { recursive: true, force: true });
    else say(`Kept: ${folder}`);
  }
  return report();
}

/** @returns {boolean} whether all went well */
function report() {
  const failed = steps.find((each) => !each.ok);
  say('');
  for (const { name, seconds, ok } of steps) say(`${ok ? 'ok    ' : 'FAILED'}  ${seconds.toFixed(1).padStart(6)} s  ${name}`);
  say(failed === undefined ? '\nAll tests passed.' : `\nFailed: ${failed.name}.`);
  return failed === undefined;
}
