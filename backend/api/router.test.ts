import { setImmediate } from 'node:timers/promises';
import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createClient, problemOf } from '../../renderer/backend/client.ts';
import type { RpcChannel } from '../../renderer/platform/index.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import { nodePlatform, signIn, startTestBackend, type TestBackend, testMachine } from '../../testing/web-parts.ts';
import { type InventoryChange, type InventoryEvent, machineId } from '../contract/index.ts';
import { AppError, createLogger } from '../core/index.ts';
import { createRouter, type Services } from './index.ts';

const never = new AbortController().signal;
let stack: AsyncDisposableStack;
let backend: TestBackend;
let channel: RpcChannel;
let client: ReturnType<typeof createClient>;
let log: { level: string; call?: string }[];
const failing: Partial<Services> = {
  machines: {
    run: async () => {
      throw new TypeError('undefined is not a function');
    },
    act: async () => [{ id: machineId.parse('a/b'), problem: null, secret: 'left out' }] as never,
    setPorts: async () => {
      throw new AppError('portTaken', { port: 80, owner: 'nginx', next: 81 });
    },
  },
};

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  log = [];
  const logger = createLogger({ level: 'debug', now: Date.now, write: (line) => log.push(JSON.parse(line)) });
  const { path } = stack.use(await temporaryFolder());
  backend = stack.use(await startTestBackend({ folder: path, logger, services: failing }));
  channel = await nodePlatform(backend.server.origin, await signIn(backend.server)).openRpc(never);
  stack.defer(() => channel.close());
  client = createClient(channel.link);
});

afterEach(() => stack.disposeAsync());

const problemFrom = (call: Promise<unknown>) => call.then(() => null, problemOf);

describe('a call', () => {
  test('answers', async () => {
    expect(await client.app.ping({ n: 7 })).toEqual({ n: 7 });
  });

  test('of another version of the contract is told so', async () => {
    expect(await problemFrom(client.app.hello({ contractVersion: 99 }))).toMatchObject({ reason: 'versionMismatch' });
  });

  test('with input that does not fit names the field, and is not passed on', async () => {
    const problem = await problemFrom(client.machines.act({ ids: [], action: 'start' }));
    expect(problem).toMatchObject({ reason: 'invalidInput', params: { field: 'ids' } });
    expect(await problemFrom(client.machines.inspect({ id: 'no slash' as never }))).toMatchObject({ reason: 'invalidInput' });
  });

  test('that fails as foreseen carries its problem', async () => {
    expect(await problemFrom(client.machines.setPorts({ id: testMachine, ports: [] }))).toMatchObject({
      code: 'conflict',
      reason: 'portTaken',
      params: { port: 80, next: 81 },
    });
    expect(log.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('that fails otherwise is internal, without a stack, and logged once with one', async () => {
    const problem = await problemFrom(client.machines.run({ imageId: 'a/b' as never, as: 'vm' }));
    expect(problem).toMatchObject({ reason: 'internal', params: { message: 'undefined is not a function' } });
    expect(JSON.stringify(problem)).not.toContain('router.test');
    const errors = log.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({ call: 'machines.run', error: { stack: expect.stringContaining('router.test') } });
  });
});

describe('outputs', () => {
  test('are checked where asked for', async () => {
    expect(await client.machines.act({ ids: [testMachine], action: 'start' })).toEqual([{ id: 'a/b', problem: null }]);
  });

  test('go out as they are where not', async () => {
    const logger = createLogger({ level: 'debug', now: Date.now, write: () => {} });
    const router = createRouter(failing as Services, { logger, checkOutputs: false });
    const answer = await createRouterClient(router).machines.act({ ids: [testMachine], action: 'start' });
    expect(answer).toEqual([{ id: 'a/b', problem: null, secret: 'left out' }]);
  });
});

describe('a stream', () => {
  test('carries what happens, and is freed when its reader cancels', async () => {
    const reading = new AbortController();
    const events: InventoryEvent[] = [];
    for await (const event of await client.inventory.watch(undefined, { signal: reading.signal })) {
      events.push(event);
      if (events.length === 1) backend.changes.publish(change(1));
      else break;
    }
    expect(events).toMatchObject([{ type: 'snapshot' }, { type: 'change', revision: 1 }]);
    await until(() => backend.readers() === 0);
  });

  test('is freed when its reader’s connection is gone', async () => {
    for (let count = 0; count < 5; count++) {
      const events = await client.inventory.watch(undefined);
      await events.next();
    }
    expect(backend.readers()).toBe(5);
    channel.close();
    await until(() => backend.readers() === 0);
  });
});

function change(revision: number): InventoryChange {
  const none = { hosts: [], engines: [], machines: [], images: [], volumes: [], networks: [], pods: [] };
  return { type: 'change', revision, ...none, removed: none };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await setImmediate();
}
