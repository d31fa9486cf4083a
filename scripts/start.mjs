// npm start: brings the machine to where the app can run, builds what has changed, and opens the app.
//
//   npm start -- [--yes] [--browser] [--no-open] [--port N]
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { electronRuntime } from './electron-runtime.mjs';
import { ensureGuestKernel } from './guest-kernel.mjs';
import { prepare } from './prepare.mjs';
import { projectEnv, projectNode, root, run, say } from './project.mjs';
import { findCommand } from './requirements.mjs';
import { isBuilt } from './source-stamp.mjs';

const { values: options } = parseArgs({
  options: {
    yes: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
    port: { type: 'string' },
  },
});

/** In a process group of its own: the terminal's Ctrl-C reaches it once, through us. */
const APART = { detached: true };

process.exitCode = await start();

async function start() {
  if (!(await prepare({ yes: options.yes }))) return 1;
  // The very first start begins under the machine's Node; from here on the project's own does the work.
  if (process.execPath !== projectNode()) return await run([projectNode(), ...process.argv.slice(1)], { env: projectEnv() });
  if (Number.parseInt(process.versions.node, 10) < 24) {
    say(`There is no Node package for ${process.platform}-${process.arch}: install Node 24 there and start again.`);
    return 1;
  }
  await ensureGuestKernel();
  if (!isBuilt() && (await run([process.execPath, join(root, 'scripts', 'build.mjs')])) !== 0) {
    say('The app could not be built; see above.');
    return 1;
  }
  if (options.browser) return await startBrowserMode();
  const obstacle = windowObstacle();
  const runtime = obstacle === null ? await electronRuntime() : { reason: obstacle };
  if ('path' in runtime) return await run([runtime.path, root], { ...APART, stdio: ['ignore', 'inherit', 'inherit'] });
  say(`Browser mode: ${runtime.reason}.`);
  return await startBrowserMode();
}

/** @returns {string | null} why no window can be opened here */
function windowObstacle() {
  if (process.platform === 'linux' && !hasDisplay()) return 'there is no display for a window';
  if (process.getuid?.() === 0) return 'Electron does not run as root';
  return null;
}

async function startBrowserMode() {
  const port = options.port === undefined ? [] : ['--port', options.port];
  let opened = false;
  return await run([process.execPath, join(root, 'dist', 'backend', 'main.js'), ...port], {
    ...APART,
    stdio: ['ignore', 'pipe', 'inherit'],
    onStart(child) {
      let unread = '';
      child.stdout?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        process.stdout.write(text);
        if (opened) return;
        unread += text;
        // The white space after it says that the address is whole.
        const url = /(http:\/\/127\.0\.0\.1:\d+\/\S*)\s/.exec(unread)?.[1];
        if (url === undefined) return;
        opened = true;
        openBrowser(url);
      });
    },
  });
}

/** @param {string} url */
function openBrowser(url) {
  // A browser that root starts is a danger, and without a display there is none to start.
  if (options['no-open'] || process.getuid?.() === 0 || !hasDisplay()) return;
  const opener = { darwin: 'open', win32: 'explorer' }[/** @type {string} */ (process.platform)] ?? 'xdg-open';
  if (findCommand(opener) === null && process.platform === 'linux') return;
  spawn(opener, [url], { stdio: 'ignore', detached: true })
    .on('error', () => {})
    .unref();
}

function hasDisplay() {
  return process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY);
}
