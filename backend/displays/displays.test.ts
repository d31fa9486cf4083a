import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BackendConnection, connect, type DisplayChannel } from '../../renderer/backend/index.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import { nodePlatform, openSocket, signIn, startTestBackend, type TestBackend, testMachine } from '../../testing/web-parts.ts';
import { encodeFrame, FRAME, thumbnail, WINDOW_BYTES } from '../contract/index.ts';
import { AppError, type Clock, silentLogger, systemClock } from '../core/index.ts';
import type { DisplaysFacet, Pixels } from '../drivers/displays.ts';
import { createLocalHost } from '../hosts/local.ts';

/** Every wait is over at the next turn. */
let hurriedMs = 0;
const hurriedClock: Clock = {
  ...systemClock,
  monotonic: () => hurriedMs,
  sleep: async (ms) => {
    await turn();
    hurriedMs += ms;
  },
};

let stack: AsyncDisposableStack;
let backend: TestBackend;
let connection: BackendConnection;
let screens: Server;
let cookie: string;
/** The machine's side of each viewer's connection, as they come. */
const machineSides: Socket[] = [];
let captures: () => Promise<Pixels>;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  machineSides.length = 0;
  const { path: folder } = stack.use(await temporaryFolder());
  const host = stack.use(createLocalHost({ logger: silentLogger }));
  const unixPath = join(folder, 'vnc');
  screens = createServer((socket) => void machineSides.push(socket.on('error', () => {}))).listen(unixPath);
  await once(screens, 'listening');
  stack.defer(async () => {
    for (const socket of machineSides) socket.destroy();
    screens.close();
    await once(screens, 'close');
  });
  const displays: DisplaysFacet = {
    open: async (id, signal) => {
      if (id !== testMachine) throw new AppError('noDisplay', { name: 'microvm' });
      return await host.dial({ unixPath }, signal);
    },
    capture: () => captures(),
    clipboard: async () => 'none',
  };
  backend = stack.use(await startTestBackend({ folder, displays, clock: hurriedClock }));
  cookie = await signIn(backend.server);
  connection = connect(nodePlatform(backend.server.origin, cookie));
  stack.defer(() => connection.close());
});

afterEach(() => stack.disposeAsync());

async function machineSide(index: number): Promise<Socket> {
  while (machineSides[index] === undefined) await turn();
  return machineSides[index];
}

function received(channel: DisplayChannel): { bytes: () => Buffer; until: (length: number) => Promise<Buffer> } {
  const pieces: Buffer[] = [];
  let wake = () => {};
  channel.onmessage = ({ data }) => {
    pieces.push(Buffer.from(data));
    wake();
  };
  const bytes = () => Buffer.concat(pieces);
  return {
    bytes,
    async until(length) {
      while (bytes().length < length) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return bytes();
    },
  };
}

const closed = (channel: DisplayChannel) =>
  new Promise<void>((resolve) => {
    channel.onclose = () => resolve();
  });

describe('a viewer', () => {
  test('has bytes both ways as they are, beside another viewer, until the machine ends', async () => {
    const [one, two] = [connection.openDisplay(testMachine), connection.openDisplay(testMachine)];
    const [seenByOne, seenByTwo] = [received(one), received(two)];
    const [first, second] = [await machineSide(0), await machineSide(1)];
    first.write('first');
    second.write('second');
    // Which of the two was let in first is nobody's concern.
    const [a, b] = [(await seenByOne.until(5)).toString(), (await seenByTwo.until(5)).toString()];
    expect([a, b].map((text) => text.slice(0, 5)).sort()).toEqual(['first', 'secon']);

    const buffer = new Uint8Array([0, 1, 2, 255]);
    one.send(buffer);
    // noVNC writes over what it has sent.
    buffer.fill(7);
    const [took] = (await once(a === 'first' ? first : second, 'data')) as [Buffer];
    expect([...took]).toEqual([0, 1, 2, 255]);

    const over = Promise.all([closed(one), closed(two)]);
    first.end();
    second.end();
    await over;
    expect([one.ended, two.ended]).toEqual([{ problem: null }, { problem: null }]);
  });

  test('that leaves lets go of the machine', async () => {
    const channel = connection.openDisplay(testMachine);
    const side = await machineSide(0);
    // Without a reader there is no end of the stream.
    side.resume();
    const gone = once(side, 'close');
    channel.close();
    await gone;
    expect(channel.readyState).toBe('closed');
  });

  test('of a machine without a screen is told so', async () => {
    const channel = connection.openDisplay('qemu/other' as typeof testMachine);
    await closed(channel);
    expect(channel.ended).toMatchObject({ problem: { reason: 'noDisplay', params: { name: 'microvm' } } });
  });

  test('gets a flood whole', async () => {
    const channel = connection.openDisplay(testMachine);
    const seen = received(channel);
    const flood = randomBytes(8 * WINDOW_BYTES);
    (await machineSide(0)).write(flood);
    expect((await seen.until(flood.length)).equals(flood)).toBe(true);
    channel.close();
  });
});

describe('a viewer of no good will', () => {
  async function openRaw(): Promise<WebSocket> {
    const { origin } = backend.server;
    const socket = openSocket(`${origin.replace('http', 'ws')}/display?id=${encodeURIComponent(testMachine)}`, { origin, cookie });
    socket.binaryType = 'arraybuffer';
    await once(socket, 'open');
    return socket;
  }

  test('that takes nothing pauses the machine’s socket; what it takes later is whole', async () => {
    const socket = await openRaw();
    const frames: Buffer[] = [];
    let wake = () => {};
    socket.addEventListener('message', ({ data }) => {
      frames.push(Buffer.from(data as ArrayBuffer).subarray(1));
      wake();
    });
    const side = await machineSide(0);
    const flood = randomBytes(16 * WINDOW_BYTES);
    let written = false;
    side.write(flood, () => {
      written = true;
    });
    const bytes = () => frames.reduce((sum, frame) => sum + frame.length, 0);
    while (bytes() < WINDOW_BYTES) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    // Several turns of everything that could still move.
    for (let round = 0; round < 50; round++) await turn();
    expect(bytes()).toBeLessThan(2 * WINDOW_BYTES);
    expect(written).toBe(false);
    let acknowledged = 0;
    while (bytes() < flood.length || acknowledged < bytes()) {
      const more = bytes() - acknowledged;
      if (more > 0) {
        const payload = Buffer.alloc(4);
        payload.writeUInt32LE(more);
        acknowledged += more;
        socket.send(encodeFrame(FRAME.acknowledge, payload));
      }
      if (bytes() >= flood.length) break;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    expect(Buffer.concat(frames).equals(flood)).toBe(true);
    socket.close();
  });

  test.each([
    ['acknowledges what was never sent', encodeFrame(FRAME.acknowledge, new Uint8Array([1, 0, 0, 0]))],
    ['acknowledges with three bytes', encodeFrame(FRAME.acknowledge, new Uint8Array(3))],
    ['sends frames of the other side', encodeFrame(FRAME.output, new Uint8Array(1))],
    ['sends frames of no type', new Uint8Array([99])],
  ])('that %s is let go', async (_, frame) => {
    const socket = await openRaw();
    const side = await machineSide(0);
    side.resume();
    const gone = Promise.all([once(socket, 'close'), once(side, 'close')]);
    socket.send(frame);
    await gone;
  });
});

describe('thumbnails', () => {
  test('come while somebody reads, small, one at a time, and again when the screen is another', async () => {
    let running = 0;
    let taken = 0;
    let grey = 10;
    captures = async () => {
      running++;
      expect(running).toBe(1);
      await turn();
      running--;
      taken++;
      return { widthPx: 1024, heightPx: 768, rgb: new Uint8Array(1024 * 768 * 3).fill(grey) };
    };
    const ending = new AbortController();
    const thumbnails = await connection.client.displays.watchThumbnails({ ids: [testMachine] }, { signal: ending.signal });
    const next = async () => thumbnail.parse((await thumbnails.next()).value);
    const first = await next();
    expect(first).toMatchObject({ id: testMachine, picture: { widthPx: 267, heightPx: 200 } });
    grey = 200;
    expect((await next()).picture?.url).not.toBe(first.picture?.url);
    ending.abort();
    // Ends only when no more are taken.
    for (let before = -1; before !== taken; ) {
      before = taken;
      for (let round = 0; round < 50; round++) await turn();
    }
  });

  test('say when there is nothing to see', async () => {
    captures = async () => {
      throw new AppError('machineWrongState', { name: 'a', state: 'stopped', action: 'screenshot' });
    };
    const ending = new AbortController();
    const thumbnails = await connection.client.displays.watchThumbnails({ ids: [testMachine] }, { signal: ending.signal });
    expect((await thumbnails.next()).value).toEqual({ id: testMachine, picture: null });
    ending.abort();
  });
});
