// npm run dev: the page is replaced piece by piece, and the backend restarts, as their sources change.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createServer } from 'vite';
import { ensureGuestKernel } from './guest-kernel.mjs';
import { projectEnv, root, run, say } from './project.mjs';

const BACKEND = 'http://127.0.0.1:7420';
const PAGE = { host: '127.0.0.1', port: 7421, strictPort: true };

await ensureGuestKernel();
// The backend serves a built page too, and guests need their init.
await run([process.execPath, join(root, 'scripts', 'build.mjs'), '--if-changed']);

// To the backend, the page's origin is its own: sign-in, calls and terminals work as they do without us.
const toBackend = { target: BACKEND, changeOrigin: true, headers: { origin: BACKEND } };
const server = await createServer({
  configFile: join(root, 'renderer', 'vite.config.ts'),
  server: {
    ...PAGE,
    proxy: {
      '^/\\?token=': toBackend,
      '/session': toBackend,
      '/rpc': { ...toBackend, ws: true },
      '/terminal': { ...toBackend, ws: true },
    },
  },
});
await server.listen();

const backend = spawn(process.execPath, ['--watch', '--watch-preserve-output', join(root, 'backend', 'main.ts'), '--port', '7420'], {
  cwd: root,
  env: { ...projectEnv(), NODE_ENV: 'development' },
  stdio: ['ignore', 'pipe', 'inherit'],
});
backend.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
  process.stdout.write(text.replaceAll(BACKEND, `http://${PAGE.host}:${PAGE.port}`));
});

const end = async () => {
  backend.kill('SIGTERM');
  await server.close();
};
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, end);
backend.on('exit', (code) => {
  say(`The backend has ended (${code}).`);
  void server.close();
});
