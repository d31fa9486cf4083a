import { RPCLink } from '@orpc/client/message-port';
import { type ChannelRequest, PAGE_ASKS_FOR_PORT, PORT_FOR_PAGE } from '../../backend/contract/index.ts';
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
