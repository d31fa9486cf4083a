import { once } from 'node:events';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import { type BackendClient, createClient } from '../../renderer/backend/client.ts';

/** Signs in with the launch link and opens the page's own RPC connection. */
export async function openPage(said: string): Promise<{ client: BackendClient } & AsyncDisposable> {
  const link = /https?:\S+/.exec(said)?.[0];
  if (link === undefined) throw new Error(`the backend gave no address: ${said}`);
  const answer = await fetch(link, { redirect: 'manual' });
  const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  const { origin } = new URL(link);
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/rpc`, { headers: { origin, cookie } });
  await once(socket, 'open');
  return {
    client: createClient(new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })),
    async [Symbol.asyncDispose]() {
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
