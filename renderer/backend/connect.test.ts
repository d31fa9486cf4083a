import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InventoryEvent, TerminalId } from '../../backend/contract/index.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import { nodePlatform, signIn, startTestBackend, type TestBackend, testMachine } from '../../testing/web-parts.ts';
import { type BackendConnection, connect, type TerminalEvents, type TerminalLinkStatus } from './index.ts';

const never = new AbortController().signal;
let stack: AsyncDisposableStack;
let folder: string;
let backend: TestBackend;
let connection: BackendConnection;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  folder = stack.use(await temporaryFolder()).path;
  stack.defer(() => backend[Symbol.asyncDispose]());
  backend = await startTestBackend({ folder });
  connection = connect(nodePlatform(backend.server.origin, await signIn(backend.server)));
  stack.defer(() => connection.close());
});

afterEach(() => stack.disposeAsync());

function status(wanted: string): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (connection.state.status !== wanted) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = connection.subscribe(look);
    look();
  });
}

async function restart(): Promise<void> {
  const port = Number(new URL(backend.server.origin).port);
  await backend[Symbol.asyncDispose]();
  await status('lost');
  backend = await startTestBackend({ folder, port });
}

describe('the connection', () => {
  test('answers calls that were made before it was there', async () => {
    expect(connection.state.status).toBe('connecting');
    expect(await connection.client.app.ping({ n: 1 })).toEqual({ n: 1 });
    expect(connection.state).toMatchObject({ status: 'connected', app: { pid: process.pid } });
  });

  test('is lost with the backend, says so to callers, and comes back with it', async () => {
    await status('connected');
    const port = Number(new URL(backend.server.origin).port);
    await backend[Symbol.asyncDispose]();
    await status('lost');
    expect(connection.state).toMatchObject({ problem: { reason: 'backendLost' }, retryAtMs: expect.any(Number) });
    const failed = await connection.client.app.ping({ n: 1 }).catch(connection.problemOf);
    expect(failed).toMatchObject({ reason: 'backendLost' });
    backend = await startTestBackend({ folder, port });
    connection.retryNow();
    await status('connected');
    expect(await connection.client.app.ping({ n: 2 })).toEqual({ n: 2 });
  });

  test('a call under way fails when the connection is lost', async () => {
    await status('connected');
    const events = await connection.client.inventory.watch(undefined);
    await events.next();
    const pending = events.next().catch(connection.problemOf);
    await backend[Symbol.asyncDispose]();
    expect(await pending).toMatchObject({ reason: 'cancelled' });
  });

  test('a page that is not signed in is told so', async () => {
    connection.close();
    connection = connect(nodePlatform(backend.server.origin, 'none=1'));
    await status('lost');
    expect(connection.state).toMatchObject({ problem: { reason: 'signedOut' } });
  });
});

describe('following a stream', () => {
  test('goes on by itself after a restart', async () => {
    const ending = new AbortController();
    const seen: InventoryEvent['type'][] = [];
    const snapshots = Promise.withResolvers<void>();
    const followed = connection.follow(
      (client, signal) => client.inventory.watch(undefined, { signal }),
      (event) => {
        seen.push(event.type);
        if (seen.length === 2) snapshots.resolve();
        else void restart();
      },
      ending.signal,
    );
    await snapshots.promise;
    expect(seen).toEqual(['snapshot', 'snapshot']);
    ending.abort();
    await followed;
    while (backend.readers() > 0) await new Promise(setImmediate);
  });

  test('ends with what the backend answers', async () => {
    const followed = connection.follow(
      (client, signal) => client.logs.read({ ids: [testMachine], follow: true, tail: null, sinceMs: null, untilMs: null }, { signal }),
      () => {},
      never,
    );
    expect(await followed.catch(connection.problemOf)).toMatchObject({ reason: 'machineMissing' });
  });
});

describe('a terminal', () => {
  async function openSession(): Promise<TerminalId> {
    const { id } = await connection.client.terminals.open({ machineId: testMachine, kind: 'shell', size: { cols: 80, rows: 24 } });
    return id;
  }

  class Seen implements TerminalEvents {
    readonly statuses: TerminalLinkStatus[] = [];
    text = '';
    exitCode: number | null | undefined;
    #changed = () => {};

    output(bytes: Uint8Array, shown: () => void): void {
      this.text += new TextDecoder().decode(bytes);
      shown();
      this.#changed();
    }
    screen(bytes: Uint8Array): void {
      this.text = new TextDecoder().decode(bytes);
      this.#changed();
    }
    size(): void {}
    ended(exitCode: number | null): void {
      this.exitCode = exitCode;
      this.#changed();
    }
    status(status: TerminalLinkStatus): void {
      this.statuses.push(status);
      this.#changed();
    }
    async until(condition: () => boolean): Promise<void> {
      while (!condition()) {
        await new Promise<void>((resolve) => {
          this.#changed = resolve;
        });
      }
    }
  }

  test('shows the screen and what follows, and takes input and sizes', async () => {
    const id = await openSession();
    const seen = new Seen();
    const link = connection.openTerminal(id, seen);
    await seen.until(() => seen.text === '$ ');
    const [channel] = backend.channels;
    link.write(new TextEncoder().encode('한글\r'));
    link.resize({ cols: 90, rows: 20 });
    while (channel?.sizes.length !== 1) await new Promise(setImmediate);
    expect(channel.written).toEqual(['한글\r']);
    channel.put('answer');
    await seen.until(() => seen.text === '$ answer');
    channel.end(0);
    await seen.until(() => seen.statuses.at(-1) === 'ended');
    expect(seen).toMatchObject({ exitCode: 0, statuses: ['connecting', 'open', 'ended'] });
    link.close();
    while (backend.terminals.list()[0]?.viewers !== 0) await new Promise(setImmediate);
  });

  test('keeps what is typed before it is open', async () => {
    const seen = new Seen();
    const link = connection.openTerminal(await openSession(), seen);
    link.write(new TextEncoder().encode('early\r'));
    expect(seen.statuses).toEqual(['connecting']);
    while (backend.channels[0]?.written.join('') !== 'early\r') await new Promise(setImmediate);
    link.close();
  });

  test('a paste goes in pieces that the backend takes', async () => {
    const seen = new Seen();
    const link = connection.openTerminal(await openSession(), seen);
    await seen.until(() => seen.text === '$ ');
    const paste = 'x'.repeat(3 * 1024 * 1024);
    link.write(new TextEncoder().encode(paste));
    while (backend.channels[0]?.written.join('').length !== paste.length) await new Promise(setImmediate);
    link.close();
  });

  test('a flood comes through whole, in acknowledged portions', async () => {
    const seen = new Seen();
    const link = connection.openTerminal(await openSession(), seen);
    await seen.until(() => seen.text === '$ ');
    const line = '0123456789abcdef'.repeat(512);
    for (let count = 0; count < 400; count++) backend.channels[0]?.put(line);
    await seen.until(() => seen.text.length === 2 + 400 * line.length);
    link.close();
  });

  test('comes back after a break, and ends when its session is gone', async () => {
    const seen = new Seen();
    const link = connection.openTerminal(await openSession(), seen);
    await seen.until(() => seen.text === '$ ');
    await restart();
    connection.retryNow();
    // The restarted backend does not know the session any more.
    await seen.until(() => seen.statuses.at(-1) === 'ended');
    expect(seen.statuses).toEqual(['connecting', 'open', 'lost', 'open', 'ended']);
    link.close();
  });
});
