import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { AppError, messageOf, systemClock, systemCode } from './core/index.ts';
import { startApp } from './start.ts';
import { startWebServer, type WebServer, type WebServerOptions } from './web/index.ts';

/** The same one at every start, so that a page left open finds the app again. */
const PREFERRED_PORT = 7310;

/** The entry of browser mode: `node dist/backend/main.js [--port N]`. */
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    // Asked twice: whatever hangs is not waited for.
    if (ending.signal.aborted) process.exit(130);
    ending.abort(new AppError('cancelled'));
  });
}
try {
  await run(ending.signal);
} catch (error) {
  if (!ending.signal.aborted) {
    process.stderr.write(`Catamaran could not start. ${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
process.exit();

async function run(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({ options: { port: { type: 'string' } } });
  const port = values.port === undefined ? null : toPort(values.port);
  const isDevelopment = process.env.NODE_ENV === 'development';
  const root = appFolder();
  const listening = Promise.withResolvers<WebServer>();
  // Nobody may be asking; who asks gets no answer.
  listening.promise.catch(() => {});

  await using stack = new AsyncDisposableStack();
  const guestInit = join(root, 'dist', 'guest', 'init');
  const launchUrl = async () => (await listening.promise).launchUrl();
  const { app, other } = await startApp({ mode: 'browser', root, guestInit, isDevelopment, launchUrl }, signal);
  if (app === null) return sayOther(other);
  stack.use(app);
  stack.defer(() => listening.reject(new AppError('cancelled')));
  const server = stack.use(
    await listen(
      {
        router: app.router,
        terminals: app.backend.terminals,
        displays: app.backend.displays,
        transfers: app.backend.transfers,
        rendererDir: join(root, 'dist', 'renderer'),
        rendererChanges: isDevelopment,
        sessionsFile: app.paths.webSessionsFile,
        logger: app.logger,
        clock: systemClock,
      },
      port,
    ),
  );
  listening.resolve(server);
  process.stdout.write(`Catamaran runs at ${server.launchUrl()}\n`);
  await aborted(signal);
  app.logger.info('ending');
}

async function listen(options: Omit<WebServerOptions, 'port'>, port: number | null): Promise<WebServer> {
  try {
    return await startWebServer({ ...options, port: port ?? PREFERRED_PORT });
  } catch (error) {
    if (systemCode(error) !== 'EADDRINUSE') throw error;
    if (port !== null) throw new AppError('portTaken', { port, owner: 'another program', next: port + 1 }, { cause: error });
    process.stdout.write(`Port ${PREFERRED_PORT} is taken by another program; any free one is used instead.\n`);
    return startWebServer({ ...options, port: 0 });
  }
}

function sayOther({ pid, url }: { pid: number; url: string | null }): void {
  const where = url === null ? 'in its window.' : `at ${url}`;
  process.stdout.write(`Catamaran already runs (process ${pid}) ${where}\n`);
}

function toPort(value: string): number {
  const port = Number(value);
  if (!/^\d+$/.test(value) || port > 65535) throw new AppError('invalidInput', { field: '--port', message: 'not a port (0 to 65535)' });
  return port;
}

/** This file is `backend/main.ts` in the sources and `dist/backend/main.js` when built. */
function appFolder(): string {
  const above = resolve(import.meta.dirname, '..');
  return basename(above) === 'dist' ? resolve(above, '..') : above;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
