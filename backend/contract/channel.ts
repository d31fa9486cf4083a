import { z } from 'zod';
import { machineId, terminalId } from './ids.ts';
import { transferId } from './transfer.ts';

/**
 * How a page in Electron reaches the backend. The page posts PAGE_ASKS_FOR_PORT to its own window; preload answers with
 * PORT_FOR_PAGE, which carries one control port. Over that port the page asks for channels: every message is a
 * `ChannelRequest` and transfers the port that becomes the channel.
 *
 * - `rpc`: the oRPC messages of @orpc's MessagePort adapter
 * - `terminal`: one Uint8Array a message, one frame each (see terminal.ts)
 * - `display`: the screen of a virtual machine; the same frames (see display.ts)
 * - `upload`, `download`: a file, piece by piece (see transfer.ts)
 *
 * In browser mode the same channels are the WebSockets `RPC_PATH`, `TERMINAL_PATH?id=…` and `DISPLAY_PATH?id=…`.
 */
export const channelRequest = z.discriminatedUnion('open', [
  z.object({ open: z.literal('rpc') }),
  z.object({ open: z.literal('terminal'), id: terminalId }),
  z.object({ open: z.literal('display'), id: machineId }),
  z.object({ open: z.enum(['upload', 'download']), id: transferId }),
]);
export type ChannelRequest = z.infer<typeof channelRequest>;

export const PAGE_ASKS_FOR_PORT = 'catamaran:ask-for-port';
export const PORT_FOR_PAGE = 'catamaran:port';

export const RPC_PATH = '/rpc';
export const TERMINAL_PATH = '/terminal';
export const DISPLAY_PATH = '/display';
/** Answers 204 to a page that is signed in and 401 to one that is not: a refused WebSocket tells a page nothing. */
export const SESSION_PATH = '/session';
