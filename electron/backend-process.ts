import { join } from 'node:path';
import { AppError } from '../backend/core/index.ts';
import { startApp } from '../backend/start.ts';
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

try {
  await run(ending.signal);
} catch (error) {
  // The log has it; the shell starts another of us.
  if (!ending.signal.aborted) throw error;
}
process.exit();

async function run(signal: AbortSignal): Promise<void> {
  // dist/electron, in a package below app.asar; what has to be a real file lies beside that.
  const root = join(import.meta.dirname, '..', '..');
  const resources = root.endsWith('.asar') ? process.resourcesPath : join(root, 'dist');
  const launchUrl = async () => {
    tell({ type: 'show' });
    return null;
  };
  const guestInit = join(resources, 'guest', 'init');
  const { app, other } = await startApp({ mode: 'electron', root, guestInit, isDevelopment: false, launchUrl }, signal);
  if (app === null) {
    tell({ type: 'taken', url: other.url });
    await aborted(signal);
    return;
  }
  await using started = app;
  const { router, backend, logger } = started;
  const { terminals, displays, transfers } = backend;
  ready.resolve(createPageChannels({ router, terminals, displays, transfers, logger }));
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
