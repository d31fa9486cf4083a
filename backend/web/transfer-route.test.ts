import { randomBytes, randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { signIn, startTestBackend, type TestBackend } from '../../testing/web-parts.ts';
import { type TransferId, transferId } from '../contract/index.ts';
import { AppError } from '../core/index.ts';

const never = new AbortController().signal;
let backend: TestBackend;
let cookie: string;
const stack = new AsyncDisposableStack();

beforeAll(async () => {
  const folder = stack.use(await temporaryFolder());
  backend = stack.use(await startTestBackend({ folder: folder.path }));
  cookie = await signIn(backend.server);
});
afterAll(() => stack.disposeAsync());

const newTransfer = () => transferId.parse(randomUUID());

function ask(id: TransferId | string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
  const { origin } = backend.server;
  return fetch(`${origin}/transfer/${id}`, { ...init, headers: { cookie, origin, ...init.headers } });
}

test('bytes go up to the call that waits for them', async () => {
  const id = newTransfer();
  const bytes = randomBytes(3_000_000);
  const [received, response] = await Promise.all([backend.transfers.receive(id, buffer, never), ask(id, { method: 'PUT', body: bytes })]);
  expect(received.equals(bytes)).toBe(true);
  expect(response.status).toBe(204);
});

test('a call that fails takes no more bytes and keeps its own error', async () => {
  const id = newTransfer();
  const refuse = async () => {
    throw new AppError('machineMissing');
  };
  const [received, sent] = await Promise.allSettled([
    backend.transfers.receive(id, refuse, never),
    ask(id, { method: 'PUT', body: randomBytes(1000) }),
  ]);
  expect(received).toMatchObject({ reason: { reason: 'machineMissing' } });
  // The answer may come, or the connection may close while there is still something to send.
  if (sent.status === 'fulfilled') expect(sent.value.status).toBe(409);
});

test('a file comes down under its name', async () => {
  const id = newTransfer();
  const bytes = randomBytes(2_000_000);
  const open = async () => ({ file: { name: `sauvé "'한국".tar`, sizeBytes: bytes.length }, bytes: pieces(bytes) });
  const [, response] = await Promise.all([backend.transfers.send(id, open, never), ask(id)]);
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''sauv%C3%A9%20%22%27%ED%95%9C%EA%B5%AD%22.tar`);
  expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
});

test('what cannot be opened is no file; what breaks off is a broken one', async () => {
  const unopened = newTransfer();
  const refuse = async () => {
    throw new AppError('imageMissing', { image: 'a' });
  };
  const [call, response] = await Promise.allSettled([backend.transfers.send(unopened, refuse, never), ask(unopened)]);
  expect(call).toMatchObject({ reason: { reason: 'imageMissing' } });
  expect(response).toMatchObject({ value: { status: 204 } });

  const broken = newTransfer();
  const breaks = async function* () {
    yield randomBytes(100_000);
    throw new AppError('noSpace', { path: '/', neededMiB: 1 });
  };
  const open = async () => ({ file: { name: 'a', sizeBytes: 200_000 }, bytes: breaks() });
  const [second, body] = await Promise.allSettled([
    backend.transfers.send(broken, open, never),
    ask(broken).then((answer) => answer.arrayBuffer()),
  ]);
  expect(second).toMatchObject({ reason: { reason: 'noSpace' } });
  expect(body.status).toBe('rejected');
});

test('a browser that goes away ends the call', async () => {
  const id = newTransfer();
  const endless = async function* () {
    while (true) yield randomBytes(100_000);
  };
  const leaving = new AbortController();
  const call = backend.transfers.send(id, async () => ({ file: { name: 'a', sizeBytes: null }, bytes: endless() }), never);
  const response = await ask(id, { signal: leaving.signal });
  expect(response.status).toBe(200);
  leaving.abort();
  await expect(call).rejects.toMatchObject({ reason: 'cancelled' });
});

test('only a signed-in page of ours reaches a transfer', async () => {
  const { origin } = backend.server;
  expect((await ask(newTransfer(), { method: 'PUT', body: 'a', headers: { origin: 'http://elsewhere.example' } })).status).toBe(403);
  expect((await fetch(`${origin}/transfer/${newTransfer()}`, { method: 'PUT', body: 'a', headers: { origin } })).status).toBe(401);
  expect((await fetch(`${origin}/transfer/${newTransfer()}`)).status).toBe(401);
  expect((await ask('not-an-id', { method: 'PUT', body: 'a' })).status).toBe(405);
});

async function* pieces(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
