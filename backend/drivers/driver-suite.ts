import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DriverEvents } from '../../testing/driver-events.ts';
import { TerminalScreen } from '../../testing/terminal-screen.ts';
import { type LogLine, type Machine, type MachineId, type TerminalKind, toMachineId } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { ByteChannel, Driver, DriverEvent } from './driver.ts';

export interface DriverSubject extends AsyncDisposable {
  driver: Driver;
  /** Makes a machine that is not started and whose workload is `command`, from an image with busybox and /bin/sh. */
  create(command: string[], signal: AbortSignal): Promise<MachineId>;
  /** How a shell is opened in it. */
  terminal: TerminalKind;
  /** Ends the engine and starts it again; left out where there is nothing to end. */
  restartEngine?: () => Promise<void>;
  /** A new driver to the same engine. */
  reconnect?: () => Promise<Driver>;
}

/** Says hello in three alphabets, then stays. It ends at once when it is asked to. */
const GREETER = [
  '/bin/sh',
  '-c',
  'echo hello; echo 안녕하세요 🌍; echo oops >&2; trap "exit 0" TERM; while true; do sleep 1 & wait $!; done',
];
const ENDS_WITH_3 = ['/bin/sh', '-c', 'echo bye; exit 3'];

/** What every driver does, whatever its machines are. One engine for the whole suite, a machine of its own for each test. */
export function driverSuite(name: string, setup: () => Promise<DriverSubject>): void {
  describe(name, () => {
    const ever = new AbortController();
    const { signal } = ever;
    let subject: DriverSubject;
    let driver: Driver;

    beforeAll(async () => {
      subject = await setup();
      driver = subject.driver;
    });
    afterAll(async () => {
      ever.abort();
      await subject?.[Symbol.asyncDispose]();
    });

    async function makeMachine(command: string[]): Promise<{ id: MachineId } & AsyncDisposable> {
      const id = await subject.create(command, signal);
      return {
        id,
        async [Symbol.asyncDispose]() {
          await driver.act(id, 'remove', { force: true }, signal).catch((error) => {
            if (!(error instanceof AppError && error.reason === 'machineMissing')) throw error;
          });
        },
      };
    }

    const act = (id: MachineId, action: 'start' | 'stop' | 'restart' | 'pause' | 'resume' | 'kill' | 'remove') =>
      driver.act(id, action, { force: false }, signal);
    const find = async (id: MachineId): Promise<Machine | undefined> => (await driver.list(signal)).find((machine) => machine.id === id);

    test('a machine is made, started, stopped, started again, killed and removed, and every step is told', async () => {
      await using events = new DriverEvents(driver);
      await using machine = await makeMachine(GREETER);
      const { id } = machine;
      const made = await find(id);
      expect(made).toMatchObject({ id, engineId: driver.engineId, state: 'stopped', problem: null, exitCode: null, startedAtMs: null });
      expect(made?.actions).toEqual(['start', 'remove']);
      expect(made?.terminals).toEqual([]);

      await act(id, 'start');
      const running = await find(id);
      expect(running).toMatchObject({ state: 'running', problem: null, exitCode: null });
      // Suspending to disk is not every engine's.
      expect(running?.actions.filter((action) => action !== 'suspend')).toEqual(['stop', 'restart', 'pause', 'kill', 'remove']);
      expect(running?.terminals).toContain(subject.terminal);
      expect(running?.startedAtMs).toBeGreaterThan(made?.createdAtMs ?? Number.POSITIVE_INFINITY);
      await events.state(id, 'running');
      expect(await driver.metrics?.source(id, signal)).toMatchObject({ pid: expect.any(Number) });

      await act(id, 'stop');
      expect(await find(id)).toMatchObject({ state: 'stopped', actions: ['start', 'remove'] });
      await events.state(id, 'stopped');
      expect(await driver.metrics?.source(id, signal)).toBeNull();

      await act(id, 'start');
      await events.state(id, 'running');
      await act(id, 'kill');
      expect(await find(id)).toMatchObject({ state: 'stopped' });
      await events.state(id, 'stopped');

      await act(id, 'remove');
      expect(await find(id)).toBeUndefined();
      await events.until((event) => event.type === 'machineRemoved' && event.id === id);
    });

    test('a machine is paused and goes on', async () => {
      await using events = new DriverEvents(driver);
      await using machine = await makeMachine(GREETER);
      await act(machine.id, 'start');
      await act(machine.id, 'pause');
      expect(await find(machine.id)).toMatchObject({ state: 'paused' });
      await events.state(machine.id, 'paused');
      await act(machine.id, 'resume');
      expect(await find(machine.id)).toMatchObject({ state: 'running' });
      await events.state(machine.id, 'running');
      await act(machine.id, 'pause');
      await act(machine.id, 'stop');
      expect(await find(machine.id)).toMatchObject({ state: 'stopped' });
    });

    test('what its state does not allow is refused with its state', async () => {
      await using machine = await makeMachine(GREETER);
      for (const action of ['stop', 'pause', 'resume', 'kill'] as const) {
        await expect(act(machine.id, action), action).rejects.toMatchObject({ reason: 'machineWrongState' });
      }
      await act(machine.id, 'start');
      for (const action of ['start', 'resume', 'remove'] as const) {
        await expect(act(machine.id, action), action).rejects.toMatchObject({ reason: 'machineWrongState' });
      }
      await driver.act(machine.id, 'remove', { force: true }, signal);
      expect(await find(machine.id)).toBeUndefined();
    });

    test('a machine that is not there is missed by every call', async () => {
      const id = toMachineId(driver.engineId, 'c0ffee'.repeat(10).padEnd(64, '0'));
      const missing = { reason: 'machineMissing' };
      await expect(driver.inspect(id, signal)).rejects.toMatchObject(missing);
      await expect(act(id, 'start')).rejects.toMatchObject(missing);
      await expect(act(id, 'remove')).rejects.toMatchObject(missing);
      await expect(readAll(driver.logs.read(id, { follow: false, tail: null }, signal))).rejects.toMatchObject(missing);
      await expect(driver.terminals?.open(id, subject.terminal, { cols: 80, rows: 24 }, signal)).rejects.toMatchObject(missing);
    });

    test('an inspection gives facts and what the engine itself says', async () => {
      await using machine = await makeMachine(GREETER);
      const { facts, raw } = await driver.inspect(machine.id, signal);
      expect(facts.length).toBeGreaterThan(5);
      expect(new Set(facts.map(({ group, label }) => `${group}.${label}`)).size).toBe(facts.length);
      expect(raw).toBeTypeOf('object');
    });

    test('the log is whole, in order, and no character is broken', async () => {
      await using machine = await makeMachine(GREETER);
      await act(machine.id, 'start');
      const lines = await readUntil(driver.logs.read(machine.id, { follow: true, tail: null }, signal), (all) =>
        ['hello', '안녕하세요 🌍', 'oops'].every((text) => all.some((line) => line.text === text)),
      );
      // An engine reads the two streams apart: between them there is no order, only within each.
      const texts = lines.filter((line) => line.text !== 'oops').map((line) => line.text);
      expect(texts.indexOf('안녕하세요 🌍')).toBe(texts.indexOf('hello') + 1);
    });

    test('following a log ends with the machine', async () => {
      await using machine = await makeMachine(ENDS_WITH_3);
      await act(machine.id, 'start');
      const lines = await readAll(driver.logs.read(machine.id, { follow: true, tail: null }, signal));
      expect(lines.map((line) => line.text)).toContain('bye');
      expect((await readAll(driver.logs.read(machine.id, { follow: false, tail: 1 }, signal))).length).toBeLessThanOrEqual(1);
    });

    test('a workload that ends leaves its exit code', async () => {
      await using events = new DriverEvents(driver);
      await using machine = await makeMachine(ENDS_WITH_3);
      await act(machine.id, 'start');
      // That it was made, and is stopped, may be told too.
      await events.until((event) => event.type === 'machine' && event.machine.id === machine.id && event.machine.exitCode !== null);
      expect(await find(machine.id)).toMatchObject({ state: 'stopped', exitCode: 3, problem: null });
    });

    test('the first output of every run is noted', async () => {
      await using machine = await makeMachine(GREETER);
      for (const action of ['start', 'restart'] as const) {
        const { seen } = await driver.logs.firstOutput(machine.id, signal);
        const before = performance.now();
        await act(machine.id, action);
        expect(await seen, action).toBeGreaterThan(before);
      }
    });

    test('a run without output has no first output', async () => {
      await using machine = await makeMachine(['/bin/true']);
      const { seen } = await driver.logs.firstOutput(machine.id, signal);
      await act(machine.id, 'start');
      expect(await seen).toBeNull();
    });

    test('an entrypoint that is not in the image fails with its name', async () => {
      await using events = new DriverEvents(driver);
      await using machine = await makeMachine(['/no/such/program']);
      const failure = expect.objectContaining({ reason: 'entrypointMissing' });
      await act(machine.id, 'start').catch((error) => expect(error).toEqual(failure));
      await events.state(machine.id, 'failed');
      const failed = await find(machine.id);
      expect(failed?.problem).toMatchObject({ reason: 'entrypointMissing', params: { entrypoint: '/no/such/program' } });
      expect(failed?.actions).toContain('remove');
    });

    test('a terminal echoes, follows its size, and gives the exit code of its shell', async () => {
      await using machine = await makeMachine(GREETER);
      await act(machine.id, 'start');
      await using terminal = await open(machine.id);
      const screen = new TerminalScreen(terminal);
      terminal.write(Buffer.from('echo $((6*7))-안녕\r'));
      await screen.until(/^42-안녕\r?$/m);
      terminal.resize({ cols: 101, rows: 33 });
      await screen.ask(terminal, 'stty size', /33 101/);
      if (subject.terminal !== 'shell') return;
      terminal.write(Buffer.from('exit 7\r'));
      expect(await terminal.exited).toBe(7);
    });

    test('a terminal that nobody reads makes its program wait', async () => {
      await using machine = await makeMachine(GREETER);
      await act(machine.id, 'start');
      await using terminal = await open(machine.id);
      const bytes = 24 * 1024 * 1024;
      terminal.write(Buffer.from(`head -c ${bytes} /dev/zero | tr '\\0' x; echo; echo DONE-$((40+2))\r`));
      const reader = terminal.output[Symbol.asyncIterator]();
      await reader.next();
      if (subject.terminal === 'shell') {
        // `tr` is still there, though it had all the time that a second terminal takes to open.
        await using second = await open(machine.id);
        await new TerminalScreen(second).ask(second, 'ps | grep -c "[t]r "', /^[1-9]\d*\r?$/m);
      }
      let seen = 0;
      let tail = '';
      while (!tail.includes('DONE-42')) {
        const { value, done } = await reader.next();
        if (done) break;
        seen += value.byteLength;
        tail = (tail + Buffer.from(value.subarray(-64)).toString('latin1')).slice(-128);
      }
      expect(seen).toBeGreaterThan(bytes * 0.99);
    });

    test('a machine that dies takes its terminal along', async () => {
      await using machine = await makeMachine(GREETER);
      await act(machine.id, 'start');
      await using terminal = await open(machine.id);
      const screen = new TerminalScreen(terminal);
      await screen.ask(terminal, 'echo $((6*7))', /^42\r?$/m);
      await act(machine.id, 'kill');
      // Whatever its code is, it ends, and so does what it puts out.
      await terminal.exited;
      await expect(screen.until(/never written/)).rejects.toThrow();
    });

    test('no terminal is opened in a machine that does not run', async () => {
      await using machine = await makeMachine(GREETER);
      await expect(open(machine.id)).rejects.toMatchObject({ reason: 'machineWrongState' });
    });

    test('a cancelled call says so, and a watch that is over ends', async () => {
      const over = AbortSignal.abort();
      await expect(driver.list(over)).rejects.toMatchObject({ code: 'cancelled' });
      const watching = new AbortController();
      const ended = readAllEvents(driver.watch(watching.signal));
      watching.abort();
      await ended;
    });

    test('an engine that goes away is told, and its machines are found again when it is back', async (context) => {
      const { restartEngine, reconnect } = subject;
      if (restartEngine === undefined || reconnect === undefined) return context.skip();
      await using machine = await makeMachine(GREETER);
      const watched = expect(readAllEvents(driver.watch(signal))).rejects.toMatchObject({ code: 'unreachable' });
      await restartEngine();
      await watched;
      await driver[Symbol.asyncDispose]();
      driver = await reconnect();
      await using events = new DriverEvents(driver);
      expect(await find(machine.id)).toMatchObject({ id: machine.id, state: 'stopped' });
      await act(machine.id, 'start');
      await events.state(machine.id, 'running');
    });

    async function open(id: MachineId): Promise<ByteChannel> {
      if (driver.terminals === undefined) throw new Error('this driver has no terminals');
      return driver.terminals.open(id, subject.terminal, { cols: 80, rows: 24 }, signal);
    }
  });
}

async function readAll(batches: AsyncIterable<LogLine[]>): Promise<LogLine[]> {
  return readUntil(batches, () => false);
}

async function readUntil(batches: AsyncIterable<LogLine[]>, enough: (lines: LogLine[]) => boolean): Promise<LogLine[]> {
  const lines: LogLine[] = [];
  for await (const batch of batches) {
    lines.push(...batch);
    if (enough(lines)) break;
  }
  return lines;
}

async function readAllEvents(events: AsyncIterable<DriverEvent>): Promise<DriverEvent[]> {
  const all: DriverEvent[] = [];
  for await (const event of events) all.push(event);
  return all;
}
