import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { AppError, silentLogger, systemClock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { engineIdOf, parseAddress } from './endpoints.ts';
import { createDockerFinder } from './finder.ts';

const signal = new AbortController().signal;
const DOCKER = { version: { Version: '28.0.1', ApiVersion: '1.48', Components: [{ Name: 'Engine' }] }, info: { ID: 'AAAA' } };
const PODMAN = {
  version: { Version: '5.2.0', ApiVersion: '1.41', Components: [{ Name: 'Podman Engine' }] },
  info: { Name: 'box', DockerRootDir: '/home/me/storage' },
};

let stack: AsyncDisposableStack;
let home: string;
let runtimeDir: string;
let host: Host;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  home = stack.use(await temporaryFolder()).path;
  runtimeDir = join(home, 'run');
  await mkdir(join(runtimeDir, 'podman'), { recursive: true });
  host = stack.use(createLocalHost({ logger: silentLogger }));
});
afterEach(() => stack.disposeAsync());

/** Answers as an engine does to who asks what it is. */
async function listen(path: string, engine: { version: object; info: object }): Promise<Server> {
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    // Podman makes up its ID.
    const info = engine === PODMAN ? { ...engine.info, ID: crypto.randomUUID() } : engine.info;
    response.end(JSON.stringify(request.url === '/version' ? engine.version : info));
  }).listen(path);
  await once(server, 'listening');
  stack.defer(
    () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  );
  return server;
}

async function context(name: string, address: string): Promise<void> {
  const folder = join(home, '.docker/contexts/meta', Buffer.from(name).toString('hex'));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'meta.json'), JSON.stringify({ Name: name, Endpoints: { docker: { Host: address } } }));
}

/** Only those that live in the test's folder: this machine may have engines of its own. */
function finder(dockerHost: string | null = null) {
  const found = createDockerFinder({ env: { dockerHost, home, runtimeDir }, clock: systemClock, logger: silentLogger });
  return async () => (await found.find(host, signal)).filter(({ engine }) => engine.endpoint.startsWith(home));
}

/** An authority with a server on 127.0.0.1 and a client, and an authority that knows neither. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: folder });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  for (const ca of ['ca', 'other'])
    await openssl('req', '-x509', ...fresh, '-subj', `/CN=${ca}`, '-keyout', `${ca}-key.pem`, '-out', `${ca}.pem`);
  for (const name of ['server', 'client']) {
    const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
    await openssl(
      'req',
      '-x509',
      ...fresh,
      ...names,
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca-key.pem',
      '-keyout',
      `${name}-key.pem`,
      '-out',
      `${name}.pem`,
    );
  }
}

describe('finding', () => {
  test('rootless sockets, contexts and DOCKER_HOST, each under an id of its own', async () => {
    await listen(join(runtimeDir, 'docker.sock'), DOCKER);
    await listen(join(runtimeDir, 'podman/podman.sock'), PODMAN);
    await listen(join(home, 'third.sock'), { ...DOCKER, info: { ID: 'CCCC' } });
    await listen(join(home, 'fourth.sock'), { ...DOCKER, info: { ID: 'DDDD' } });
    await context('third one', `unix://${join(home, 'third.sock')}`);
    await context('elsewhere', 'ssh://me@far.example');
    const found = await finder(`unix://${join(home, 'fourth.sock')}`)();
    expect(found.map(({ engine }) => [engine.id, engine.product, engine.health.status])).toEqual([
      ['docker-rootless', 'docker', 'connecting'],
      ['podman-rootless', 'podman', 'connecting'],
      [expect.stringMatching(/^docker-context-third_one-[0-9a-f]{8}$/), 'docker', 'connecting'],
      ['docker-environment', 'docker', 'connecting'],
    ]);
  });

  test('an engine that is reached in several ways is listed once, under the first', async () => {
    await listen(join(runtimeDir, 'podman/podman.sock'), PODMAN);
    await symlink(join(runtimeDir, 'podman/podman.sock'), join(home, 'link.sock'));
    await context('same', `unix://${join(runtimeDir, 'podman/podman.sock')}`);
    await context('linked', `unix://${join(home, 'link.sock')}`);
    expect((await finder(`unix://${join(home, 'link.sock')}`)()).map(({ engineId }) => engineId)).toEqual(['podman-rootless']);
  });

  test('an engine that goes away is still one, and is known again when it is back', async () => {
    const socket = join(home, 'real.sock');
    const server = await listen(socket, DOCKER);
    await symlink(socket, join(home, 'link.sock'));
    await context('a', `unix://${socket}`);
    await context('b', `unix://${join(home, 'link.sock')}`);
    const find = finder();
    expect((await find()).map(({ engineId }) => engineId)).toEqual(['docker-context-a']);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    expect(await find()).toEqual([]);
    await listen(socket, DOCKER);
    expect((await find()).map(({ engineId }) => engineId)).toEqual(['docker-context-a']);
  });

  test('a socket that nobody answers at, and a file that is no socket', async () => {
    const silent = createServer(() => {}).listen(join(home, 'silent.sock'));
    await once(silent, 'listening');
    await writeFile(join(home, 'file.sock'), '');
    await context('file', `unix://${join(home, 'file.sock')}`);
    await context('none', `unix://${join(home, 'none.sock')}`);
    await context('silent', `unix://${join(home, 'silent.sock')}`);
    const found = await finder()();
    expect(found.map(({ engine }) => [engine.id, engine.health.problem?.reason])).toEqual([['docker-context-silent', 'engineUnreachable']]);
    silent.closeAllConnections();
    await new Promise((resolve) => silent.close(resolve));
  });

  test('a socket that this user may not use is listed, and says so', async () => {
    const socket = join(home, 'closed.sock');
    await listen(socket, DOCKER);
    await context('closed', `unix://${socket}`);
    // Root, who runs tests too, may use every socket: what the system says to others is put in its place.
    host = { ...host, dial: () => Promise.reject(new AppError('fileDenied', { path: socket })) };
    const problem = { reason: 'engineDenied', params: { endpoint: socket } };
    expect((await finder()())[0]?.engine.health).toMatchObject({ status: 'unreachable', problem });
  });

  test('an engine behind TLS is spoken to with what its context holds, and only if it is who it says', async () => {
    await makeCertificates(home);
    const pem = async (name: string) => readFile(join(home, `${name}.pem`));
    const answer: RequestListener = (request, response) =>
      response.end(JSON.stringify(request.url === '/version' ? DOCKER.version : DOCKER.info));
    const options = {
      ca: await pem('ca'),
      cert: await pem('server'),
      key: await pem('server-key'),
      requestCert: true,
      rejectUnauthorized: true,
    };
    const server = createSecureServer(options, answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    stack.defer(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const problems: Record<string, string | undefined> = {};
    for (const [name, ca] of [
      ['known', 'ca'],
      ['stranger', 'other'],
    ] as const) {
      await context(name, `tcp://127.0.0.1:${port}`);
      const folder = join(home, '.docker/contexts/tls', Buffer.from(name).toString('hex'), 'docker');
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'ca.pem'), await pem(ca));
      await writeFile(join(folder, 'cert.pem'), await pem('client'));
      await writeFile(join(folder, 'key.pem'), await pem('client-key'));
      const found = createDockerFinder({ env: { dockerHost: null, home, runtimeDir }, clock: systemClock, logger: silentLogger });
      const { engine } = (await found.find(host, signal)).find(({ engineId }) => engineId === `docker-context-${name}`) ?? {};
      problems[name] = engine === undefined ? 'not found' : engine.health.problem?.message;
      await rm(join(home, '.docker'), { recursive: true });
    }
    expect(problems).toEqual({ known: undefined, stranger: expect.stringMatching(/does not answer: .*(certificate|issuer)/) });
  });

  test('a context that cannot be read does not hide the others', async () => {
    await listen(join(home, 'good.sock'), DOCKER);
    await context('good', `unix://${join(home, 'good.sock')}`);
    const broken = join(home, '.docker/contexts/meta/broken');
    await mkdir(broken);
    await writeFile(join(broken, 'meta.json'), '{ nonsense');
    expect((await finder()()).map(({ engineId }) => engineId)).toEqual(['docker-context-good']);
  });
});

test('addresses', () => {
  expect(parseAddress('unix:///run/x.sock')).toEqual({ unixPath: '/run/x.sock' });
  expect(parseAddress('tcp://engine.example:2377')).toEqual({ address: 'engine.example', port: 2377 });
  expect(parseAddress('tcp://[::1]:2377')).toEqual({ address: '::1', port: 2377 });
  expect(parseAddress('tcp://10.0.0.1')).toEqual({ address: '10.0.0.1', port: 2375 });
  for (const other of ['', 'ssh://me@host', 'npipe:////./pipe/docker', 'nonsense']) expect(parseAddress(other)).toBeNull();
});

test('ids are told apart, also where names hold what an id cannot', () => {
  const local = { isLocal: true, id: 'local' } as Host;
  const far = { isLocal: false, id: 'ssh-far' } as Host;
  expect(engineIdOf(local, 'docker-default')).toBe('docker-default');
  expect(engineIdOf(far, 'docker-default')).toBe('ssh-far.docker-default');
  expect(engineIdOf(local, 'docker-context-a b')).not.toBe(engineIdOf(local, 'docker-context-a/b'));
  expect(engineIdOf(local, `docker-context-${'x'.repeat(300)}`)).not.toBe(engineIdOf(local, `docker-context-${'x'.repeat(301)}`));
});
