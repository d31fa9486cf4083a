import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { engineId, toMachineId } from '../../contract/index.ts';
import { type Clock, silentLogger, systemClock } from '../../core/index.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { Containers } from './containers.ts';
import { EngineClient } from './engine-client.ts';
import { EventLog } from './event-log.ts';
import { watchEngine } from './watch.ts';

const id = engineId.parse('docker-test');
let stack: AsyncDisposableStack;
let client: EngineClient;
let events: ServerResponse;
/** What was asked for, in order. */
let asked: string[];
let answersPings: boolean;
let listening: Promise<void>;
let listed: { Id: string; State: string; Labels: null }[];

/** An engine that says nothing of its own accord: what it answers and when is up to the test. */
beforeEach(async () => {
  stack = new AsyncDisposableStack();
  asked = [];
  answersPings = true;
  listed = [];
  const socket = join(stack.use(await temporaryFolder()).path, 'e.sock');
  const opened = Promise.withResolvers<void>();
  listening = opened.promise;
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    if (path.startsWith('/events')) {
      events = response;
      response.writeHead(200).flushHeaders();
      opened.resolve();
    } else if (path === '/_ping') {
      if (answersPings) response.end('OK');
    } else if (path.startsWith('/containers/json')) {
      response.end(JSON.stringify(listed));
    } else {
      response.writeHead(404).end(JSON.stringify({ message: 'no such container' }));
    }
  }).listen(socket);
  await once(server, 'listening');
  stack.defer(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  const host = stack.use(createLocalHost({ logger: silentLogger }));
  client = stack.use(new EngineClient({ name: 'Docker', endpoint: socket }, (signal) => host.dial({ unixPath: socket }, signal)));
});
afterEach(() => stack.disposeAsync());

function watch(clock: Clock, signal: AbortSignal) {
  const containers = new Containers(client, { engineId: id, kernelRelease: '6' }, { clock, logger: silentLogger });
  return watchEngine(
    { engineId: id, client, containers, pods: false, clock, eventLog: new EventLog(), engineSeconds: () => 1_000.9 },
    signal,
  );
}

/** Sleeps until the test says that the time is over, longest sleeper last. */
function steppedClock() {
  const sleepers: { ms: number; wake: () => void }[] = [];
  const clock: Clock = {
    ...systemClock,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        sleepers.push({ ms, wake: resolve });
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  };
  return { clock, sleepers };
}

const event = (Type: string, Action: string, ID: string) => `${JSON.stringify({ Type, Action, Actor: { ID, Attributes: {} } })}\n`;

test('a burst of events of one container leads to one look at it, and events that change nothing to none', async () => {
  const over = new AbortController();
  const stream = watch(systemClock, over.signal)[Symbol.asyncIterator]();
  const first = stream.next();
  await listening;
  const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
  events.write(
    ['exec_create: sh', 'exec_start: sh', 'top', 'create', 'start', 'die', 'start']
      .map((action) => event('container', action, a))
      .join('') +
      event('network', 'connect', 'n') +
      event('image', 'pull', 'i') +
      event('container', 'start', b),
  );
  expect((await first).value).toEqual({ type: 'images' });
  expect((await stream.next()).value).toEqual({ type: 'machineRemoved', id: toMachineId(id, a) });
  expect((await stream.next()).value).toEqual({ type: 'machineRemoved', id: toMachineId(id, b) });
  expect(asked).toEqual(['/events?since=999', `/containers/${a}/json`, `/containers/${b}/json`]);
  over.abort();
  expect((await stream.next()).done).toBe(true);
});

test('an engine that closes its stream is gone', async () => {
  const first = watch(systemClock, new AbortController().signal).next();
  await listening;
  events.end();
  await expect(first).rejects.toMatchObject({ reason: 'engineUnreachable' });
});

test('an engine that is silent is asked whether it is there; one that does not answer is gone', async () => {
  const { clock, sleepers } = steppedClock();
  const first = watch(clock, new AbortController().signal).next();
  await listening;
  const nextSleeper = async () => {
    await expect.poll(() => sleepers.length).toBeGreaterThan(0);
    return sleepers.shift();
  };
  (await nextSleeper())?.wake();
  await expect.poll(() => asked).toContain('/_ping');
  // The ping was answered: its time limit is over, and the next pause begins.
  await nextSleeper();
  answersPings = false;
  (await nextSleeper())?.wake();
  (await nextSleeper())?.wake();
  await expect(first).rejects.toMatchObject({ reason: 'engineUnreachable', problem: { params: { message: 'no answer for 10 s' } } });
});

test('a container whose end no event told of is looked at all the same', async () => {
  const over = new AbortController();
  const { clock, sleepers } = steppedClock();
  const a = 'a'.repeat(64);
  listed = [{ Id: a, State: 'running', Labels: null }];
  const stream = watch(clock, over.signal)[Symbol.asyncIterator]();
  const first = stream.next();
  await listening;
  const comparisons = () => asked.filter((path) => path.startsWith('/containers/json')).length;
  const nextSleeper = async () => {
    await expect.poll(() => sleepers.length).toBeGreaterThan(0);
    return sleepers.shift();
  };
  const compare = async () => {
    const before = comparisons();
    for (let ping = 0; ping < 2; ping++) {
      (await nextSleeper())?.wake();
      // The ping's time limit, which is never reached.
      await nextSleeper();
    }
    await expect.poll(comparisons).toBe(before + 1);
  };
  await compare();
  listed = [];
  await compare();
  expect((await first).value).toEqual({ type: 'machineRemoved', id: toMachineId(id, a) });
  over.abort();
});
