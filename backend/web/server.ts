import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ContractRouter } from '../api/index.ts';
import type { Clock, Logger } from '../core/index.ts';
import type { Displays } from '../displays/index.ts';
import type { Terminals } from '../terminals/index.ts';
import { openAssets } from './assets.ts';
import { createPageServer, isSignedIn } from './page-server.ts';
import { openSignIn } from './sign-in.ts';
import { createSockets } from './sockets.ts';
import type { TransferRoute } from './transfer-route.ts';

export interface WebServerOptions {
  router: ContractRouter;
  terminals: Pick<Terminals, 'attachViewer'>;
  displays: Pick<Displays, 'attachViewer'>;
  transfers: TransferRoute;
  /** The built page. */
  rendererDir: string;
  /** The page is built again while it is served. */
  rendererChanges: boolean;
  /** Where signed-in browsers are remembered (their secrets' hashes). */
  sessionsFile: string;
  /** 0 is any free one. */
  port: number;
  logger: Logger;
  clock: Clock;
}

export interface WebServer extends AsyncDisposable {
  readonly origin: string;
  /** A link that signs one browser in, once. */
  launchUrl(): string;
}

/**
 * Serves the page and its channels to browsers of this machine: on 127.0.0.1, to those who came by a launch link.
 * @throws Node's EADDRINUSE when the port is taken
 */
export async function startWebServer(options: WebServerOptions): Promise<WebServer> {
  await using stack = new AsyncDisposableStack();
  const logger = options.logger.child({ room: 'web' });
  const assets = openAssets(options.rendererDir, { changing: options.rendererChanges });
  const signIn = stack.use(await openSignIn({ file: options.sessionsFile, clock: options.clock, logger }));

  // A large file on a slow disk may take any time; that headers come soon is still asked for.
  const server = createServer({ requestTimeout: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port: options.port }, resolve);
  });
  stack.defer(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  const { port } = server.address() as AddressInfo;
  const serve = createPageServer({ assets, signIn, transfers: options.transfers, port });
  const sockets = stack.use(createSockets({ ...options, port, logger, isSignedIn: (request) => isSignedIn(request, { signIn, port }) }));
  server.on('request', (request, response) => {
    serve(request, response).catch((error) => {
      logger.error('a request failed', { path: request.url, error });
      response.destroy();
    });
  });
  server.on('upgrade', sockets.upgrade);

  const owned = stack.move();
  const origin = `http://127.0.0.1:${port}`;
  return {
    origin,
    launchUrl: () => `${origin}/?token=${signIn.createLaunchToken()}`,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
