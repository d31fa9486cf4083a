// npm run dev: the backend restarts and the page reloads when their sources change.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { buildGuestInit } from './build-guest.mjs';
import { ensureGuestKernel } from './guest-kernel.mjs';
import { prepare } from './prepare.mjs';
import { projectEnv, projectNode, root } from './project.mjs';

if (await prepare({ yes: process.argv.includes('--yes') })) {
  await ensureGuestKernel();
  await buildGuestInit();
  const env = { ...projectEnv(), NODE_ENV: 'development' };
  const children = [
    // The built page is what the backend serves, so that its origin, its cookie and its policy are the real ones.
    spawn('vite', ['build', '--watch', '--mode', 'development', '--config', join(root, 'renderer', 'vite.config.ts')], {
      cwd: root,
      env,
      stdio: 'inherit',
    }),
    spawn(projectNode(), ['--watch', join(root, 'backend', 'main.ts'), '--port', '7420'], { cwd: root, env, stdio: 'inherit' }),
  ];
  const end = () => {
    for (const child of children) child.kill('SIGTERM');
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, end);
  // One without the other is no use.
  for (const child of children) child.on('exit', end);
}
