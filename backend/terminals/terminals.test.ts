import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ptyChannel, TestChannel, TestViewer } from '../../testing/terminal-parts.ts';
import { encodeFrame, FRAME, machineId, terminalId, WINDOW_BYTES } from '../contract/index.ts';
import { AppError, silentLogger, systemClock } from '../core/index.ts';
import type { ByteChannel } from '../drivers/driver.ts';
import { createLocalHost } from '../hosts/local.ts';
import { createTerminals, MAX_UNWATCHED, type Terminals } from './index.ts';

const machine = machineId.parse('docker-test/abc');
const size = { cols: 80, rows: 24 };
const never = new AbortController().signal;

let channels: TestChannel[];
let terminals: Terminals;

beforeEach(() => {
  channels = [];
  terminals = createTerminals({
    open: async () => {
      const channel = new TestChannel();
      channels.push(channel);
      return channel;
    },
    clock: systemClock,
    logger: silentLogger,
  });
});

afterEach(async () => {
  await terminals[Symbol.asyncDispose]();
  expect(channels.every(({ disposed }) => disposed)).toBe(true);
});

async function openShell(): Promise<{ id: ReturnType<typeof terminalId.parse>; channel: TestChannel }> {
  const { id } = await terminals.open({ machineId: machine, kind: 'shell', size }, never);
  return { id, channel: channels.at(-1) as TestChannel };
}

function view(id: ReturnType<typeof terminalId.parse>): TestViewer {
  const viewer = new TestViewer();
  terminals.attachViewer(id, viewer);
  return viewer;
}

describe('sessions', () => {
  test('a shell is new each time, a console is shared, also by those who ask at once', async () => {
    const [first, second] = await Promise.all([openShell(), openShell()]);
    expect(first.id).not.toBe(second.id);
    const request = { machineId: machine, kind: 'console', size } as const;
    const [a, b] = await Promise.all([terminals.open(request, never), terminals.open(request, never)]);
    const c = await terminals.open(request, never);
    expect([b.id, c.id]).toEqual([a.id, a.id]);
    expect(channels).toHaveLength(3);
  });

  test('who turns away does not take the shared console from the other', async () => {
    const leaving = new AbortController();
    const request = { machineId: machine, kind: 'console', size } as const;
    const left = terminals.open(request, leaving.signal);
    const stays = terminals.open(request, never);
    leaving.abort(new AppError('cancelled'));
    await expect(left).rejects.toMatchObject({ reason: 'cancelled' });
    expect((await stays).ended).toBe(false);
  });

  test('a console that ended is opened anew', async () => {
    const request = { machineId: machine, kind: 'console', size } as const;
    const first = await terminals.open(request, never);
    const viewer = view(first.id);
    channels[0]?.end(null);
    await viewer.until(() => viewer.exitCode === null);
    viewer.close();
    const second = await terminals.open(request, never);
    expect(second.id).not.toBe(first.id);
    expect(terminals.list().map(({ id }) => id)).toEqual([second.id]);
  });

  test('an end is told to viewers that are there and to those that come later', async () => {
    const { id, channel } = await openShell();
    const viewer = view(id);
    channel.put('last words');
    channel.end(7);
    await viewer.until(() => viewer.exitCode === 7 && viewer.text === 'last words');
    const late = view(id);
    await late.until(() => late.exitCode === 7 && late.text === 'last words');
    expect(terminals.list()).toMatchObject([{ id, ended: true, exitCode: 7, viewers: 2 }]);
  });

  test('closing takes the viewers’ links away', async () => {
    const { id } = await openShell();
    const viewer = view(id);
    await viewer.until(() => viewer.screens === 1);
    await terminals.close(id);
    expect(viewer).toMatchObject({ closed: true, exitCode: null });
    await expect(terminals.close(id)).rejects.toMatchObject({ reason: 'terminalMissing' });
  });

  test('a viewer of a session that is gone hears that it ended', () => {
    const viewer = view(terminalId.parse('gone'));
    expect(viewer).toMatchObject({ closed: true, exitCode: null });
  });

  test('of unwatched sessions the oldest go when there are too many', async () => {
    const first = await openShell();
    const watched = await openShell();
    view(watched.id);
    for (let count = 0; count <= MAX_UNWATCHED; count++) await openShell();
    const ids = terminals.list().map(({ id }) => id);
    expect(ids).toContain(watched.id);
    expect(ids).not.toContain(first.id);
    expect(ids).toHaveLength(MAX_UNWATCHED + 2);
  });
});

describe('viewers', () => {
  test('a reload gets the screen and goes on, with no byte lost or doubled', async () => {
    const { id, channel } = await openShell();
    const expected: string[] = [];
    let viewer = view(id);
    for (let line = 0; line < 300; line++) {
      channel.put(`line ${line}\r\n`);
      expected.push(`line ${line}`);
      if (line % 60 === 30) {
        viewer.close();
        viewer = view(id);
      }
      if (line % 7 === 0) await new Promise(setImmediate);
    }
    await viewer.until(() => viewer.text.endsWith('line 299'));
    expect(viewer.text).toBe(expected.join('\n'));
  });

  test('what a console has shown before comes with the first screen', async () => {
    await using withBacklog = createTerminals({
      open: async () => new TestChannel(Buffer.from('booted\r\nlogin: ')),
      clock: systemClock,
      logger: silentLogger,
    });
    const { id } = await withBacklog.open({ machineId: machine, kind: 'console', size }, never);
    const viewer = new TestViewer();
    withBacklog.attachViewer(id, viewer);
    await viewer.until(() => viewer.text === 'booted\nlogin:');
  });

  test('input goes to the machine, a new size to the machine and to the other viewers', async () => {
    const { id, channel } = await openShell();
    const [one, two] = [view(id), view(id)];
    await Promise.all([one.until(() => one.screens === 1), two.until(() => two.screens === 1)]);
    one.type('ls\r');
    one.resize({ cols: 100, rows: 30 });
    one.resize({ cols: 100, rows: 30 });
    expect(channel.written).toEqual(['ls\r']);
    expect(channel.sizes).toEqual([{ cols: 100, rows: 30 }]);
    expect([two.terminal.cols, two.terminal.rows]).toEqual([100, 30]);
    const late = view(id);
    await late.until(() => late.screens === 1);
    expect([late.terminal.cols, late.terminal.rows]).toEqual([100, 30]);
  });

  test('a program that asks the terminal hears one answer', async () => {
    const { id, channel } = await openShell();
    const [one, two] = [view(id), view(id)];
    await Promise.all([one.until(() => one.screens === 1), two.until(() => two.screens === 1)]);
    two.type('x');
    for (const viewer of [one, two]) viewer.type('\x1b[?1;2c');
    for (const viewer of [one, two]) viewer.type('\x1b]11;rgb:0000/0000/0000\x1b\\');
    expect(channel.written).toEqual(['x', '\x1b[?1;2c', '\x1b]11;rgb:0000/0000/0000\x1b\\']);
    two.close();
    one.type('\x1b[5;1R');
    expect(channel.written.at(-1)).toBe('\x1b[5;1R');
  });

  test.each([
    ['an unknown type', Uint8Array.of(99)],
    ['an empty frame', new Uint8Array()],
    ['a short acknowledgement', encodeFrame(FRAME.acknowledge, Uint8Array.of(1))],
    ['an acknowledgement of what was never sent', encodeFrame(FRAME.acknowledge, Uint8Array.of(1, 0, 0, 0))],
    ['a size out of bounds', encodeFrame(FRAME.resize, Buffer.from('{"cols":0,"rows":1}'))],
    ['a frame that only the backend sends', encodeFrame(FRAME.output, Buffer.from('x'))],
  ])('%s ends the link and not the session', async (_, frame) => {
    const { id, channel } = await openShell();
    const viewer = view(id);
    viewer.raw(frame);
    expect(viewer.closed).toBe(true);
    const next = view(id);
    channel.put('still here');
    await next.until(() => next.text === 'still here');
  });
});

describe('flow', () => {
  const chunk = Buffer.from('0123456789abcdef\r\n'.repeat(3500));

  test('a stuck viewer holds the source up at the window, then falls behind, and gets the screen when it has caught up', async () => {
    const { id, channel } = await openShell();
    const [quick, stuck] = [view(id), view(id)];
    await Promise.all([quick.until(() => quick.screens === 1), stuck.until(() => stuck.screens === 1)]);
    stuck.stuck = true;
    const chunks = 60;
    for (let count = 0; count < chunks; count++) channel.put(chunk);
    channel.put('the end');
    await quick.until(() => quick.text.endsWith('the end'));
    expect(quick.outputBytes).toBe(chunk.byteLength * chunks + 7);
    expect(stuck.outputBytes).toBeGreaterThan(WINDOW_BYTES);
    expect(stuck.outputBytes).toBeLessThan(WINDOW_BYTES + 2 * chunk.byteLength);
    stuck.stuck = false;
    stuck.acknowledge();
    await stuck.until(() => stuck.screens === 2 && stuck.text === quick.text);
    channel.put('!');
    await Promise.all([quick, stuck].map((viewer) => viewer.until(() => viewer.text.endsWith('the end!'))));
  });

  test('nobody needs to look: output goes on into the screen', async () => {
    const { id, channel } = await openShell();
    for (let count = 0; count < 300; count++) channel.put(chunk);
    channel.put('done');
    const viewer = view(id);
    await viewer.until(() => viewer.text.endsWith('done'));
    expect(channel.read).toBe(300 * chunk.byteLength + 4);
  });
});

describe('a real pty', () => {
  test('answers Ctrl-C in a flood that two viewers look at, and leaves no process', async () => {
    await using host = createLocalHost({ logger: silentLogger });
    const opened: ByteChannel[] = [];
    await using real = createTerminals({
      open: async (_id, _kind, { cols, rows }, signal) => {
        const channel = ptyChannel(await host.openPty(['/bin/sh'], { cols, rows, env: { PS1: 'prompt> ', ENV: '' } }, signal));
        opened.push(channel);
        return channel;
      },
      clock: systemClock,
      logger: silentLogger,
    });
    const { id } = await real.open({ machineId: machine, kind: 'shell', size }, never);
    const viewers = [new TestViewer(), new TestViewer()];
    for (const viewer of viewers) real.attachViewer(id, viewer);
    const [first, second] = viewers as [TestViewer, TestViewer];
    await first.until(() => first.text.includes('prompt>'));
    first.type('yes flood\r');
    await second.until(() => second.outputBytes > 4 * WINDOW_BYTES);
    second.type('\x03');
    await Promise.all(viewers.map((viewer) => viewer.until(() => viewer.text.endsWith('prompt>'))));
    first.type('exit 3\r');
    await second.until(() => second.exitCode === 3);
    expect(await opened[0]?.exited).toBe(3);
  });
});
