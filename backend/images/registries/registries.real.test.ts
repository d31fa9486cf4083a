import { once } from 'node:events';
import { chmod, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { startDockerd, type TestEngine } from '../../../testing/engines.ts';
import { startRegistry, TEST_USER, type TestRegistry } from '../../../testing/registry.ts';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { testImageArchive } from '../../../testing/test-image.ts';
import type { ImageId, Task } from '../../contract/index.ts';
import { createLogger, systemClock } from '../../core/index.ts';
import { connectDocker } from '../../drivers/docker/index.ts';
import type { Driver } from '../../drivers/driver.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { createTasks, type Tasks } from '../../tasks/index.ts';
import { createRegistryService, type RegistryService } from './registry-service.ts';

const signal = new AbortController().signal;
const stack = new AsyncDisposableStack();
const { username, password } = TEST_USER;
const engineId = 'docker-test' as Driver['engineId'];
let engine: TestEngine;
let closed: TestRegistry;
let home: string;
let bin: string;
let config: string;
let lines: string[];
let tasks: Tasks;
let driver: Driver;
let service: RegistryService;

beforeAll(async () => {
  engine = stack.use(await startDockerd());
  closed = stack.use(await startRegistry({ signIn: true }));
});
afterAll(() => stack.disposeAsync());

let each: AsyncDisposableStack;
beforeEach(async () => {
  await each?.disposeAsync();
  each = new AsyncDisposableStack();
  home = each.use(await temporaryFolder()).path;
  bin = join(home, 'bin');
  config = join(home, '.docker', 'config.json');
  await mkdir(bin);
  await mkdir(join(home, '.docker'));
  lines = [];
  const logger = createLogger({ write: (line) => lines.push(line), level: 'debug', now: Date.now });
  const env = {
    ...process.env,
    HOME: home,
    PATH: `${bin}${delimiter}${process.env.PATH}`,
    HTTPS_PROXY: 'http://kim:pw-of-proxy@proxy.example:3128',
    NO_PROXY: '10.0.0.0/8',
  };
  const host = each.use(createLocalHost({ logger, env }));
  const target = { unixPath: engine.socket };
  driver = each.use(await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger }, signal));
  tasks = each.use(createTasks({ clock: systemClock, logger }));
  service = createRegistryService({ tasks, driver: () => driver, driverOf: () => driver, clock: systemClock, logger });
});
afterAll(() => each.disposeAsync());

const check = (registry: string) => service.check({ engineId, registry }, signal);
const signIn = (more: object = {}) =>
  service.signIn({ engineId, registry: closed.address, username, password, acceptPlain: true, ...more }, signal);
const written = async () => JSON.parse(await readFile(config, 'utf8'));
const entry = async () => (await service.list(engineId, signal)).registries.find(({ name }) => name === closed.address);

test('a sign-in that the registry takes is kept as Docker keeps it, and everything else in the file stays', async () => {
  const before = {
    HttpHeaders: { 'X-Meta': 'kept' },
    auths: { 'other.example': { auth: 'b3RoZXI6c2VjcmV0', email: 'a@b' } },
    detachKeys: 'ctrl-e,e',
  };
  await writeFile(config, JSON.stringify(before), { mode: 0o644 });
  await expect(signIn({ acceptPlain: false })).rejects.toMatchObject({ reason: 'credentialsPlain' });
  expect(await written()).toEqual(before);
  await signIn();
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  expect(await written()).toEqual({ ...before, auths: { ...before.auths, [closed.address]: { auth } } });
  expect((await stat(config)).mode & 0o777).toBe(0o600);
  expect(await entry()).toMatchObject({ signedIn: { username, store: { helper: null, path: config } }, insecure: true });
  expect(await check(closed.address)).toMatchObject({ problem: null, access: 'signedIn' });

  await service.signOut({ engineId, registry: closed.address }, signal);
  expect(await written()).toEqual(before);
  expect(await check(closed.address)).toMatchObject({ problem: null, access: 'signInNeeded' });
});

test('one that the registry does not take is not kept, and its secret is nowhere', async () => {
  await expect(signIn({ password: 'wr0ng-secret' })).rejects.toMatchObject({ reason: 'registryCredentialsWrong' });
  await expect(stat(config)).rejects.toThrow();
  expect(lines.join()).not.toContain('wr0ng-secret');
});

test('a configuration elsewhere that a link leads to is changed there; one that is broken is left as it is', async () => {
  const elsewhere = join(home, 'dotfiles.json');
  await writeFile(elsewhere, '{}');
  await symlink(elsewhere, config);
  await signIn();
  expect(JSON.parse(await readFile(elsewhere, 'utf8'))).toHaveProperty('auths');
  await writeFile(elsewhere, '{ "auths": { "secret-in-here');
  await expect(signIn()).rejects.toMatchObject({ reason: 'clientConfigUnreadable' });
  expect(await readFile(elsewhere, 'utf8')).toBe('{ "auths": { "secret-in-here');
  const { problems } = await service.list(engineId, signal);
  expect(problems).toMatchObject([{ reason: 'clientConfigUnreadable' }]);
  expect(JSON.stringify(problems)).not.toContain('secret-in-here');
});

test('with a credential helper the secret goes there and not into the file; it comes from there for pulls and pushes', async () => {
  await makeHelper('test');
  await writeFile(config, JSON.stringify({ credsStore: 'test' }));
  await signIn({ acceptPlain: false });
  expect(await written()).toEqual({ credsStore: 'test', auths: { [closed.address]: {} } });
  expect(await entry()).toMatchObject({ signedIn: { username, store: { helper: 'test', path: config } } });

  const name = `${closed.address}/team/app:1`;
  const archive = await testImageArchive({ name: 'catamaran/test:latest' });
  const loaded = await driver.images?.load(
    (async function* () {
      yield archive;
    })(),
    signal,
  );
  await service.push({ id: (Array.isArray(loaded) ? loaded[0] : loaded) as ImageId, name });
  expect((await service.pull({ engineId, name })).imageId).toBeTruthy();

  await service.signOut({ engineId, registry: closed.address }, signal);
  expect(await written()).toEqual({ credsStore: 'test', auths: {} });
  await expect(service.push({ id: (Array.isArray(loaded) ? loaded[0] : loaded) as ImageId, name })).rejects.toMatchObject({
    code: 'authFailed',
  });
  expect((await entry())?.signedIn ?? null).toBeNull();
  const told = JSON.stringify(await present(tasks)) + lines.join();
  expect(told).not.toContain(password);
  expect(told).not.toContain(Buffer.from(`${username}:${password}`).toString('base64'));
});

test('a helper that is missing, or fails, says so without the secret, and keeps nobody from what is open', async () => {
  await writeFile(config, JSON.stringify({ credHelpers: { [closed.address]: 'absent' } }));
  await expect(signIn()).rejects.toMatchObject({ reason: 'credentialHelperMissing' });
  await writeFile(join(bin, 'docker-credential-angry'), '#!/bin/sh\necho "cannot keep $(cat)"\nexit 1\n');
  await chmod(join(bin, 'docker-credential-angry'), 0o755);
  await writeFile(config, JSON.stringify({ credHelpers: { [closed.address]: 'angry' } }));
  const failure = await signIn().catch((error) => error.problem);
  expect(failure).toMatchObject({ reason: 'credentialHelperFailed', params: { helper: 'angry' } });
  expect(JSON.stringify(failure) + lines.join()).not.toContain(password);
  expect((await service.list(engineId, signal)).problems).toMatchObject([{ reason: 'credentialHelperFailed' }]);
});

test('Podman’s files are read too', async () => {
  await mkdir(join(home, '.config', 'containers'), { recursive: true });
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const path = join(home, '.config', 'containers', 'auth.json');
  await writeFile(path, JSON.stringify({ auths: { [`${closed.address}/team`]: { auth } } }));
  const { registries } = await service.list(engineId, signal);
  expect(registries.find(({ name }) => name === `${closed.address}/team`)?.signedIn).toMatchObject({
    username,
    store: { helper: null, path },
  });
});

test('a check tells away, slow, wrong, refusing and not safe apart', async () => {
  await using open = await startRegistry();
  expect(await check(open.address)).toMatchObject({ problem: null, access: 'open', insecure: true });
  expect(await check('127.0.0.1:1')).toMatchObject({ problem: { reason: 'registryAway' } });
  expect(await check('no-such-host.invalid')).toMatchObject({ problem: { reason: expect.stringMatching(/registryAway/) } });
  const web = createHttpServer((_asked, answer) => answer.end('<html>hello</html>'));
  await listening(web, async (address) => expect(await check(address)).toMatchObject({ problem: { reason: 'registryWrong' } }));
  const forbidding = createHttpServer((_asked, answer) => answer.writeHead(403).end());
  await listening(forbidding, async (address) => expect(await check(address)).toMatchObject({ problem: { reason: 'registryRefused' } }));
  const broken = createHttpServer((_asked, answer) => answer.writeHead(503).end());
  await listening(broken, async (address) => expect(await check(address)).toMatchObject({ problem: { reason: 'registryFailed' } }));
  const mute = createServer();
  await listening(mute, async (address) => expect(await check(address)).toMatchObject({ problem: { reason: 'registrySlow' } }));
});

test('a certificate that nobody vouches for is not safe', async () => {
  await using safe = await startRegistry({ tls: true });
  // The engine takes anybody on 127.0.0.1.
  expect(await check(safe.address)).toMatchObject({ problem: null, insecure: true });
  const port = safe.address.split(':')[1];
  const { problem } = await check(`localhost.localdomain:${port}`).catch((error) => error);
  expect(['registryTls', 'registryAway']).toContain(problem.reason);
});

test('proxies in force are told, their passwords are not', async () => {
  await writeFile(config, JSON.stringify({ proxies: { default: { httpProxy: 'http://lee:pw-of-lee@other.example:80' } } }));
  const { proxies, insecureRanges } = await service.list(engineId, signal);
  expect(proxies.environment).toEqual({ http: null, https: 'http://kim:…@proxy.example:3128', none: '10.0.0.0/8' });
  expect(proxies.client).toEqual([{ engine: 'default', proxies: { http: 'http://lee:…@other.example:80', https: null, none: null } }]);
  expect(insecureRanges).toEqual(['127.0.0.0/8']);
});

/** Keeps secrets as the real ones do, in a file. */
async function makeHelper(name: string): Promise<void> {
  const script = `#!/usr/bin/env python3
import json, os, sys
path = ${JSON.stringify(join(home, 'vault.json'))}
kept = json.load(open(path)) if os.path.exists(path) else {}
verb, given = sys.argv[1], sys.stdin.read()
if verb == 'store':
    entry = json.loads(given)
    kept[entry['ServerURL']] = entry
elif verb == 'erase':
    kept.pop(given.strip(), None)
elif verb == 'list':
    print(json.dumps({url: entry['Username'] for url, entry in kept.items()}))
elif given.strip() in kept:
    print(json.dumps(kept[given.strip()]))
else:
    print('credentials not found in native keychain')
    sys.exit(1)
json.dump(kept, open(path, 'w'))
`;
  await writeFile(join(bin, `docker-credential-${name}`), script);
  await chmod(join(bin, `docker-credential-${name}`), 0o755);
}

async function listening(server: Server, work: (address: string) => Promise<void>): Promise<void> {
  const sockets = new Set<{ destroy(): void }>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    await work(`127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  }
}

async function present(all: Tasks): Promise<Task[]> {
  for await (const list of all.watch(signal)) return list;
  return [];
}
