import { RPCLink } from '@orpc/client/websocket';
import {
  DISPLAY_PATH,
  RPC_PATH,
  SESSION_PATH,
  TERMINAL_PATH,
  type TerminalId,
  TRANSFER_PATH,
  toProblem,
} from '../../backend/contract/index.ts';
import { ChannelError, type FrameChannel, type Platform } from './index.ts';

/** What of a browser is needed; a test gives Node's. */
export interface BrowserDoors {
  openSocket(path: string): WebSocket;
  /** Whether the backend knows this page's cookie. Rejects when nothing answers. */
  isSignedIn(signal: AbortSignal): Promise<boolean>;
  upload(path: string, body: Blob, signal: AbortSignal): Promise<Response>;
  /** The browser saves what comes, or stays where it is when nothing does. */
  startDownload(path: string): void;
}

const pageDoors: BrowserDoors = {
  openSocket: (path) => new WebSocket(new URL(path, location.href)),
  isSignedIn: async (signal) => (await fetch(SESSION_PATH, { cache: 'no-store', signal })).ok,
  upload: (path, body, signal) => fetch(path, { method: 'PUT', body, signal }),
  startDownload: (path) => {
    const link = document.createElement('a');
    link.href = path;
    link.click();
  },
};

export function createBrowserPlatform(doors: BrowserDoors = pageDoors): Platform {
  async function open(path: string, signal: AbortSignal): Promise<WebSocket> {
    const socket = doors.openSocket(path);
    socket.binaryType = 'arraybuffer';
    if (await opened(socket, signal)) return socket;
    signal.throwIfAborted();
    const signedOut = await doors.isSignedIn(signal).then(
      (yes) => !yes,
      () => false,
    );
    throw new ChannelError(toProblem(signedOut ? 'signedOut' : 'backendLost'));
  }

  return {
    kind: 'browser',
    async openRpc(signal) {
      const websocket = await open(RPC_PATH, signal);
      return {
        link: new RPCLink({ websocket }),
        closed: new Promise((resolve) => websocket.addEventListener('close', () => resolve(), { once: true })),
        close: () => websocket.close(),
      };
    },
    async openTerminal(id: TerminalId, signal) {
      return frameChannel(await open(`${TERMINAL_PATH}?id=${encodeURIComponent(id)}`, signal));
    },
    async openDisplay(id, signal) {
      return frameChannel(await open(`${DISPLAY_PATH}?id=${encodeURIComponent(id)}`, signal));
    },
    async upload(id, body, signal) {
      await doors.upload(`${TRANSFER_PATH}/${id}`, body, signal);
    },
    async download(id) {
      doors.startDownload(`${TRANSFER_PATH}/${id}`);
    },
  };
}

/** False when it closed instead of opening, or the signal came first. */
function opened(socket: WebSocket, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = () => {
      socket.removeEventListener('open', settle);
      socket.removeEventListener('close', settle);
      signal.removeEventListener('abort', settle);
      const isOpen = socket.readyState === WebSocket.OPEN;
      if (!isOpen) socket.close();
      resolve(isOpen);
    };
    socket.addEventListener('open', settle);
    socket.addEventListener('close', settle);
    signal.addEventListener('abort', settle);
    if (signal.aborted) settle();
  });
}

function frameChannel(socket: WebSocket): FrameChannel {
  return {
    listen(onFrame, onClose) {
      socket.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (event.data instanceof ArrayBuffer) onFrame(new Uint8Array(event.data));
      });
      socket.addEventListener('close', onClose, { once: true });
      if (socket.readyState >= WebSocket.CLOSING) onClose();
    },
    send(frame) {
      if (socket.readyState === WebSocket.OPEN) socket.send(frame);
    },
    close: () => socket.close(),
  };
}
