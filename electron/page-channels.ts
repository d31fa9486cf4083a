import { RPCHandler } from '@orpc/server/message-port';
import type { MessageEvent, MessagePortMain } from 'electron';
import type { ContractRouter } from '../backend/api/index.ts';
import { channelRequest } from '../backend/contract/index.ts';
import type { ByteLink, Logger } from '../backend/core/index.ts';
import type { Displays } from '../backend/displays/index.ts';
import type { Terminals } from '../backend/terminals/index.ts';
import type { Transfers } from '../backend/transfers/index.ts';
import { serveTransfer } from './transfer-port.ts';

/** What of Electron's port is used; a test gives Node's. */
export type PagePort = Pick<MessagePortMain, 'start' | 'postMessage' | 'close'> & {
  on(event: 'message', listener: (event: Pick<MessageEvent, 'data'> & { ports: PagePort[] }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
};

/** Opens the channels that a page asks for over its control port (contract/channel.ts). */
export function createPageChannels(deps: {
  router: ContractRouter;
  terminals: Pick<Terminals, 'attachViewer'>;
  displays: Pick<Displays, 'attachViewer'>;
  transfers: Pick<Transfers, 'upload' | 'download'>;
  logger: Logger;
}) {
  const rpc = new RPCHandler(deps.router);

  function open(message: { data: unknown; ports: PagePort[] }): void {
    const request = channelRequest.safeParse(message.data);
    const [port] = message.ports;
    if (!request.success || port === undefined) {
      deps.logger.warn('a page asked for a channel that there is not', { request });
      return;
    }
    if (request.data.open === 'rpc') rpc.upgrade(port);
    else if (request.data.open === 'terminal') deps.terminals.attachViewer(request.data.id, byteLink(port));
    else if (request.data.open === 'display') deps.displays.attachViewer(request.data.id, byteLink(port));
    else void serveTransfer(deps.transfers, request.data, port);
    port.start();
  }

  /** Serves one page until its control port closes. */
  return function servePagePort(control: PagePort): void {
    control.on('message', open);
    control.start();
  };
}

function byteLink(port: PagePort): ByteLink {
  return {
    send: (frame) => port.postMessage(frame),
    onFrame(listener) {
      port.on('message', ({ data }) => {
        if (data instanceof Uint8Array) listener(data);
        else port.close();
      });
    },
    onClose: (listener) => port.on('close', listener),
    close: () => port.close(),
  };
}
