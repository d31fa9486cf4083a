import { once } from 'node:events';
import { RPCLink } from '@orpc/client/websocket';
import { WebSocket } from 'ws';
import { createClient } from '../renderer/backend/client.ts';
import { temporaryFolder } from '../testing/temporary.ts';
import { type BenchContext, type BenchResult, interleave, spreadOf } from './harness.ts';
import { startServer } from './parts/child.ts';

export const name = 'rpc';
export const describe =
  'sequential calls of app.ping through the real web server (sign-in, router, input checks) against a bare ws echo; calls/s, ratio ≥ 0.2';

const CALLS = 3000;

export async function run(context: BenchContext): Promise<BenchResult> {
  await using folder = await temporaryFolder();
  await using backend = await startServer(['bench/parts/web-server.ts', folder.path]);
  await using echo = await startServer(['bench/parts/echo-server.ts']);
  const { origin, cookie } = JSON.parse(backend.said) as { origin: string; cookie: string };
  const page = await open(`${origin.replace('http', 'ws')}/rpc`, { origin, cookie });
  const bare = await open(echo.said, {});
  const client = createClient(new RPCLink({ websocket: page as unknown as globalThis.WebSocket }));
  const latencies = { ours: [] as number[], peer: [] as number[] };

  const ours = () =>
    callsPerSecond(latencies.ours, async (n) => {
      if ((await client.app.ping({ n })).n !== n) throw new Error('a wrong answer');
    });
  const peer = () =>
    callsPerSecond(latencies.peer, (n) => {
      const text = JSON.stringify({ i: String(n), p: { u: '/app/ping', b: { json: { n } } } });
      const answered = new Promise<void>((resolve) => bare.once('message', () => resolve()));
      bare.send(text);
      return answered;
    });
  const result = await interleave({ ours, peer, runs: 9, warmup: 4, unit: 'calls/s' }, context);
  for (const socket of [page, bare]) socket.close();
  return { ...result, oursMedianMs: spreadOf(latencies.ours).median, peerMedianMs: spreadOf(latencies.peer).median };
}

async function callsPerSecond(latenciesMs: number[], call: (n: number) => Promise<void>): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < CALLS; n++) {
    const before = performance.now();
    await call(n);
    latenciesMs.push(performance.now() - before);
  }
  return CALLS / ((performance.now() - start) / 1000);
}

async function open(url: string, headers: Record<string, string>): Promise<WebSocket> {
  const socket = new WebSocket(url, { headers, perMessageDeflate: false });
  await once(socket, 'open');
  return socket;
}
