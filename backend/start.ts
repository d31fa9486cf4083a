import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type ContractRouter, createRouter } from './api/index.ts';
import type { AppInfo } from './contract/index.ts';
import { createLogger, type Logger, systemClock } from './core/index.ts';
import { type Backend, createBackend } from './index.ts';
import { claimInstance, type InstanceAnswer } from './instance.ts';
import { openLogFile } from './log-file.ts';
import { createPaths, makeFolders, type Paths } from './settings/index.ts';

export interface StartOptions {
  mode: AppInfo['mode'];
  /** The folder of package.json. */
  root: string;
  guestInit: string;
  isDevelopment: boolean;
  /** What a second start is answered with; null: it is shown where it is. */
  launchUrl: () => Promise<string | null>;
}

export interface StartedApp extends AsyncDisposable {
  readonly paths: Paths;
  readonly logger: Logger;
  readonly backend: Backend;
  readonly router: ContractRouter;
}

/**
 * What both entries, browser mode and Electron's utility process, do in the same way: folders, log, the claim to be the only
 * instance, the backend and its router. Reads the environment.
 */
export async function startApp(
  options: StartOptions,
  signal: AbortSignal,
): Promise<{ app: StartedApp; other: null } | { app: null; other: InstanceAnswer }> {
  // Files and sockets, QEMU's too, are this user's alone; Podman sets its own.
  process.umask(0o077);
  const { mode, root, guestInit, isDevelopment } = options;
  const paths = createPaths({ home: homedir(), env: process.env });
  await makeFolders(paths);
  await using stack = new AsyncDisposableStack();
  const logFile = stack.use(openLogFile(paths.logFile));
  const logger = createLogger({ write: logFile.write, level: isDevelopment ? 'debug' : 'info', now: systemClock.now });
  process.on('uncaughtExceptionMonitor', (error) => logger.error('the backend crashed', { error }));
  const { instance, other } = await claimInstance({ paths, clock: systemClock, launchUrl: options.launchUrl }, signal);
  if (instance === null) return { app: null, other };
  stack.use(instance);
  const { version: appVersion } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const backend = stack.use(
    await createBackend(
      { paths, mode, appVersion, clock: systemClock, logger, guestInit, catalogueDir: join(root, 'assets', 'catalogue'), env: process.env },
      signal,
    ),
  );
  const router = createRouter(backend.services, { logger, checkOutputs: isDevelopment });
  const owned = stack.move();
  return { app: { paths, logger, backend, router, [Symbol.asyncDispose]: () => owned.disposeAsync() }, other: null };
}
