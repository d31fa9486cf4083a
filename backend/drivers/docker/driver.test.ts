import { once } from 'node:events';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { type Engine, engineId } from '../../contract/index.ts';
import { silentLogger, systemClock } from '../../core/index.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { connectDocker } from './driver.ts';

const never = new AbortController().signal;

/** A fake: an engine as old, or as new, as none that can be installed here. It says what it is, and lists nothing. */
async function fakeEngine(ApiVersion: string) {
  const stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const host = stack.use(createLocalHost({ logger: silentLogger }));
  const socket = join(folder.path, 'engine.sock');
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const info = {
      ID: 'X',
      Name: 'fake',
      KernelVersion: '6',
      SystemTime: new Date().toISOString(),
      DockerRootDir: '/',
      SecurityOptions: [],
    };
    const answer = request.url === '/version' ? { Version: '1', ApiVersion } : request.url === '/info' ? info : [];
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(answer));
  }).listen(socket);
  await once(server, 'listening');
  stack.defer(async () => {
    server.closeAllConnections();
    server.close();
  });
  const engine = { id: engineId.parse('fake'), name: 'Old Docker', endpoint: socket, facets: [] } as unknown as Engine;
  const connect = () => connectDocker({ host, target: { unixPath: socket }, engine, clock: systemClock, logger: silentLogger }, never);
  return { asked, connect, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

test('an engine of an old API version is told by its name, with what to do', async () => {
  await using old = await fakeEngine('1.24');
  await expect(old.connect()).rejects.toMatchObject({
    reason: 'engineTooOld',
    message: 'Old Docker speaks version 1.24 of the Docker API; 1.40 is the oldest that Catamaran speaks. Update the engine.',
  });
});

test.each([
  ['1.40', '/v1.40/containers/json?all=true'],
  ['1.99', '/v1.48/containers/json?all=true'],
])('an engine of version %s is spoken to in a version that both know', async (offered, path) => {
  await using engine = await fakeEngine(offered);
  await using driver = await engine.connect();
  expect(await driver.list(never)).toEqual([]);
  expect(engine.asked).toContain(path);
});
