import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createRouter } from '../backend/api/index.ts';
import { AppError, createLogger, systemClock } from '../backend/core/index.ts';
import { createBackend } from '../backend/index.ts';
import { claimInstance } from '../backend/instance.ts';
import { openLogFile } from '../backend/log-file.ts';
import { createPaths, makeFolders } from '../backend/settings/index.ts';
import { type FromBackend, toBackend } from './messages.ts';
import { createPageChannels, type PagePort } from './page-channels.ts';
import { watchRunning } from './running-counts.ts';

/** The backend in Electron's utility process: the same as in browser mode, with ports for sockets. */
const { parentPort } = process;
const ending = new AbortController();
/** Pages may ask before the backend is ready. */
const ready = Promise.withResolvers<(port: PagePort) => void>();

parentPort.on('message', ({ data, ports }) => {
  const message = toBackend.parse(data);
  if (message.type === 'close') ending.abort(new AppError('cancelled'));
  const [port] = ports;
  if (message.type === 'page' && port !== undefined) void ready.promise.then((serve) => serve(port));
});

// Files and sockets, QEMU's too, are this user's alone; Podman sets its own.
process.umask(0o077);
try {
  await run(ending.signal);
} catch (error) {
  // The log has it; the shell starts another of us.
  if (!ending.signal.aborted) throw error;
}
process.exit();

async function run(signal: AbortSignal): Promise<void> {
  const paths = createPaths({ home: homedir(), env: process.env });
  await makeFolders(paths);

  await using stack = new AsyncDisposableStack();
  const logFile = stack.use(openLogFile(paths.logFile));
  const logger = createLogger({ write: logFile.write, level: 'info', now: systemClock.now });
  process.on('uncaughtExceptionMonitor', (error) => logger.error('the backend crashed', { error }));

  const launchUrl = async () => {
    tell({ type: 'show' });
    return null;
  };
  const { instance, other } = await claimInstance({ paths, clock: systemClock, launchUrl }, signal);
  if (instance === null) {
    tell({ type: 'taken', url: other.url });
    await aborted(signal);
    return;
  }
  stack.use(instance);

  // dist/electron, in a package below app.asar; what has to be a real file lies beside that.
  const root = join(import.meta.dirname, '..', '..');
  const resources = root.endsWith('.asar') ? process.resourcesPath : join(root, 'dist');
  const backend = stack.use(
    await createBackend(
      {
        paths,
        mode: 'electron',
        appVersion: (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version,
        clock: systemClock,
        logger,
        guestInit: join(resources, 'guest', 'init'),
        env: process.env,
      },
      signal,
    ),
  );
  const router = createRouter(backend.services, { logger, checkOutputs: false });
  ready.resolve(createPageChannels({ router, terminals: backend.terminals, transfers: backend.transfers, logger }));
  for await (const counts of watchRunning(backend.services.inventory.watch(signal))) tell({ type: 'running', ...counts });
}

function tell(message: FromBackend): void {
  parentPort.postMessage(message);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
