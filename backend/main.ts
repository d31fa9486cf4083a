import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createRouter } from './api/index.ts';
import { AppError, createLogger, messageOf, systemClock, systemCode } from './core/index.ts';
import { createBackend } from './index.ts';
import { claimInstance } from './instance.ts';
import { openLogFile } from './log-file.ts';
import { createPaths, makeFolders } from './settings/index.ts';
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
// Files and sockets, QEMU's too, are this user's alone; Podman sets its own.
process.umask(0o077);
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
  const paths = createPaths({ home: homedir(), env: process.env });
  await makeFolders(paths);

  await using stack = new AsyncDisposableStack();
  const logFile = stack.use(openLogFile(paths.logFile));
  const logger = createLogger({ write: logFile.write, level: isDevelopment ? 'debug' : 'info', now: systemClock.now });
  process.on('uncaughtExceptionMonitor', (error) => logger.error('the backend crashed', { error }));

  const listening = Promise.withResolvers<WebServer>();
  // Nobody may be asking; who asks gets no answer.
  listening.promise.catch(() => {});
  const { instance, other } = await claimInstance(
    { paths, clock: systemClock, launchUrl: async () => (await listening.promise).launchUrl() },
    signal,
  );
  if (instance === null) return sayOther(other);
  stack.use(instance);
  stack.defer(() => listening.reject(new AppError('cancelled')));

  const backend = stack.use(
    await createBackend(
      {
        paths,
        mode: 'browser',
        appVersion: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
        clock: systemClock,
        logger,
        guestInit: join(root, 'dist', 'guest', 'init'),
        env: process.env,
      },
      signal,
    ),
  );
  const { services } = backend;
  const server = stack.use(
    await listen(
      {
        router: createRouter(services, { logger, checkOutputs: isDevelopment }),
        terminals: backend.terminals,
        transfers: backend.transfers,
        rendererDir: join(root, 'dist', 'renderer'),
        rendererChanges: isDevelopment,
        sessionsFile: paths.webSessionsFile,
        logger,
        clock: systemClock,
      },
      port,
    ),
  );
  listening.resolve(server);
  process.stdout.write(`Catamaran runs at ${server.launchUrl()}\n`);
  await aborted(signal);
  logger.info('ending');
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
