import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { RPCHandler } from '@orpc/server/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { ContractRouter } from '../api/index.ts';
import { DISPLAY_PATH, machineId, RPC_PATH, TERMINAL_PATH, terminalId } from '../contract/index.ts';
import type { ByteLink, Logger } from '../core/index.ts';
import type { Displays } from '../displays/index.ts';
import type { Terminals } from '../terminals/index.ts';
import { isOurHost, isOurOrigin } from './guards.ts';

export interface SocketsOptions {
  router: ContractRouter;
  terminals: Pick<Terminals, 'attachViewer'>;
  displays: Pick<Displays, 'attachViewer'>;
  isSignedIn(request: IncomingMessage): boolean;
  port: number;
  logger: Logger;
}

/** Nothing that a page of ours sends comes near it. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Above this a stream waits until the socket has taken what was sent: a log of a gigabyte must not wait in memory. */
const MAX_UNSENT_BYTES = 1024 * 1024;
/** A page behind a tunnel that broke, or in a machine asleep, is let go after two of these. */
const PING_MS = 30_000;

export interface Sockets extends Disposable {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
}

/** The channels of a page: calls, and one for each terminal and each screen that it shows. */
export function createSockets({ router, terminals, displays, isSignedIn, port, logger }: SocketsOptions): Sockets {
  const server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false });
  const rpc = new RPCHandler(router);
  const silent = new WeakSet<WebSocket>();

  const pings = setInterval(() => {
    for (const socket of server.clients) {
      if (silent.has(socket)) socket.terminate();
      silent.add(socket);
      socket.ping();
    }
  }, PING_MS).unref();

  function accept(socket: WebSocket, url: URL): void {
    socket.on('pong', () => silent.delete(socket));
    // What was too large or not WebSocket at all; ws closes the connection itself.
    socket.on('error', (error) => logger.warn('a page’s connection failed', { path: url.pathname, error }));
    if (url.pathname === RPC_PATH) {
      void rpc.upgrade({ addEventListener: socket.addEventListener.bind(socket), send: (data: Data) => sendPatiently(socket, data) });
    } else if (url.pathname === DISPLAY_PATH) {
      displays.attachViewer(machineId.parse(url.searchParams.get('id')), byteLink(socket));
    } else {
      terminals.attachViewer(terminalId.parse(url.searchParams.get('id')), byteLink(socket));
    }
  }

  function reasonToRefuse(request: IncomingMessage, { pathname, searchParams }: URL): string | null {
    if (!isOurHost(request, port)) return '421 Misdirected Request';
    if (!isOurOrigin(request, port)) return '403 Forbidden';
    if (!isSignedIn(request)) return '401 Unauthorized';
    if (pathname === RPC_PATH) return null;
    const idOf = { [TERMINAL_PATH]: terminalId, [DISPLAY_PATH]: machineId }[pathname];
    if (idOf === undefined) return '404 Not Found';
    return idOf.safeParse(searchParams.get('id')).success ? null : '400 Bad Request';
  }

  return {
    upgrade(request, socket, head) {
      // Whoever goes away in the middle of the handshake is no news.
      socket.on('error', () => {});
      const url = URL.parse(request.url ?? '/', 'http://catamaran');
      const refusal = url === null ? '400 Bad Request' : reasonToRefuse(request, url);
      if (url !== null && refusal === null) return server.handleUpgrade(request, socket, head, (accepted) => accept(accepted, url));
      logger.warn('a connection was refused', { path: url?.pathname, refusal, origin: request.headers.origin });
      socket.end(`HTTP/1.1 ${refusal}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    },

    [Symbol.dispose]() {
      clearInterval(pings);
      // 1001: going away. The page's connection tells it, and its side of the close is not waited for.
      for (const socket of server.clients) {
        socket.close(1001);
        socket.terminate();
      }
      server.close();
    },
  };
}

type Data = Parameters<WebSocket['send']>[0];

/** oRPC sends a stream's next value when this has resolved. */
function sendPatiently(socket: WebSocket, data: Data): Promise<void> | undefined {
  if (socket.bufferedAmount < MAX_UNSENT_BYTES) {
    socket.send(data);
    return undefined;
  }
  return new Promise((resolve) => socket.send(data, () => resolve()));
}

function byteLink(socket: WebSocket): ByteLink {
  return {
    send: (frame) => socket.send(frame),
    onFrame(listener) {
      socket.on('message', (data: Buffer, isBinary: boolean) => {
        if (isBinary) listener(data);
        else socket.close(1003);
      });
    },
    onClose: (listener) => socket.once('close', listener),
    close: () => socket.close(1000),
  };
}
