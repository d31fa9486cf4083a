import { RPCLink } from '@orpc/client/message-port';
import { type ChannelRequest, PAGE_ASKS_FOR_PORT, PORT_FOR_PAGE, TRANSFER_WORDS, transferFile } from '../../backend/contract/index.ts';
import type { FrameChannel, Platform } from './index.ts';

/** In Electron every channel is a MessagePort, asked for over the one control port that preload passes (contract/channel.ts). */
export function createElectronPlatform(page: Window = window): Platform {
  let control: MessagePort | null = null;

  async function open(request: ChannelRequest, signal: AbortSignal): Promise<MessagePort> {
    if (control === null) {
      const port = await askForPort(page, signal);
      port.addEventListener('close', () => {
        if (control === port) control = null;
      });
      port.start();
      control = port;
    }
    const { port1, port2 } = new MessageChannel();
    control.postMessage(request, [port2]);
    return port1;
  }

  return {
    kind: 'electron',
    async openRpc(signal) {
      const port = await open({ open: 'rpc' }, signal);
      const closed = new Promise<void>((resolve) => port.addEventListener('close', () => resolve(), { once: true }));
      const link = new RPCLink({ port });
      port.start();
      return { link, closed, close: () => port.close() };
    },
    openTerminal: async (id, signal) => frameChannel(await open({ open: 'terminal', id }, signal)),
    openDisplay: async (id, signal) => frameChannel(await open({ open: 'display', id }, signal)),
    async upload(id, body, signal) {
      const port = await open({ open: 'upload', id }, signal);
      await sendPieces(port, body, signal).finally(() => port.close());
    },
    async download(id) {
      const port = await open({ open: 'download', id }, new AbortController().signal);
      const file = await readPieces(port).finally(() => port.close());
      if (file !== null) saveFile(page, file);
    },
  };
}

function askForPort(page: Window, signal: AbortSignal): Promise<MessagePort> {
  return new Promise((resolve, reject) => {
    const end = () => {
      page.removeEventListener('message', onMessage);
      signal.removeEventListener('abort', onAbort);
    };
    const onAbort = () => {
      end();
      reject(signal.reason);
    };
    const onMessage = (event: MessageEvent<unknown>) => {
      const port = event.ports[0];
      // Only preload, which shares this window, can answer; frames of other origins are not listened to.
      if (event.source !== page || event.data !== PORT_FOR_PAGE || port === undefined) return;
      end();
      resolve(port);
    };
    if (signal.aborted) return reject(signal.reason);
    page.addEventListener('message', onMessage);
    signal.addEventListener('abort', onAbort);
    page.postMessage(PAGE_ASKS_FOR_PORT, page.location.origin === 'null' ? '*' : page.location.origin);
  });
}

function frameChannel(port: MessagePort): FrameChannel {
  return {
    listen(onFrame, onClose) {
      port.addEventListener('message', (event: MessageEvent<unknown>) => {
        if (event.data instanceof Uint8Array) onFrame(event.data);
      });
      port.addEventListener('close', onClose, { once: true });
      port.start();
    },
    // Not transferred: a frame may be a view of a larger buffer, and Electron's ports transfer ports only.
    send: (frame) => port.postMessage(frame),
    close: () => port.close(),
  };
}

const PIECE_BYTES = 256 * 1024;

async function sendPieces(port: MessagePort, body: Blob, signal: AbortSignal): Promise<void> {
  let at = 0;
  for await (const wish of messages(port, signal)) {
    if (wish !== TRANSFER_WORDS.next) return;
    if (at >= body.size) return port.postMessage(TRANSFER_WORDS.end);
    const piece = new Uint8Array(await body.slice(at, at + PIECE_BYTES).arrayBuffer());
    at += piece.byteLength;
    port.postMessage(piece);
  }
}

/** Null when nothing comes, or not all of it. */
async function readPieces(port: MessagePort): Promise<File | null> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let name = '';
  const heard = messages(port, new AbortController().signal);
  port.postMessage(TRANSFER_WORDS.next);
  for await (const message of heard) {
    if (message === TRANSFER_WORDS.failed) return null;
    if (message === TRANSFER_WORDS.end) return new File(pieces, name);
    if (message instanceof Uint8Array) pieces.push(message as Uint8Array<ArrayBuffer>);
    else name = transferFile.parse(message).name;
    port.postMessage(TRANSFER_WORDS.next);
  }
  return null;
}

/** What comes over a port, until it closes. */
async function* messages(port: MessagePort, signal: AbortSignal): AsyncGenerator<unknown, void> {
  const waiting: unknown[] = [];
  let wake = () => {};
  let over = false;
  const end = () => {
    over = true;
    wake();
  };
  port.addEventListener('message', ({ data }) => {
    waiting.push(data);
    wake();
  });
  port.addEventListener('close', end);
  signal.addEventListener('abort', end);
  port.start();
  while (true) {
    while (waiting.length > 0) yield waiting.shift();
    if (over || signal.aborted) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

function saveFile(page: Window, file: File): void {
  const url = URL.createObjectURL(file);
  const link = page.document.createElement('a');
  link.href = url;
  link.download = file.name;
  link.click();
  // Electron's download manager has taken hold of it by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
