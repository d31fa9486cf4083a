import { once } from 'node:events';
import { readFile, stat } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { openSocket, signIn, startTestBackend, type TestBackend, testMachine } from '../../testing/web-parts.ts';
import { type Clock, systemClock } from '../core/index.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let backend: TestBackend;
let now: number;
const clock: Clock = { ...systemClock, now: () => now };

beforeEach(async () => {
  now = Date.now();
  folder = await temporaryFolder();
  backend = await startTestBackend({ folder: folder.path, clock });
});

afterEach(async () => {
  await backend[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${backend.server.origin}${path}`, { headers, redirect: 'manual' });

describe('a launch link', () => {
  test('lets one browser in, once, and leads to a clean address', async () => {
    const link = backend.server.launchUrl();
    const first = await fetch(link, { redirect: 'manual' });
    expect(first.status).toBe(303);
    expect(first.headers.get('location')).toBe('/');
    const setCookie = first.headers.get('set-cookie') ?? '';
    expect(setCookie).toMatch(/^catamaran-\d+=[\w-]{43}; Path=\/; Max-Age=2592000; HttpOnly; SameSite=Strict$/);
    const cookie = setCookie.split(';')[0] ?? '';
    expect((await get('/', { cookie })).status).toBe(200);

    const again = await fetch(link, { redirect: 'manual' });
    expect(again.status).toBe(401);
    expect(again.headers.get('set-cookie')).toBeNull();
    expect(await again.text()).toContain('<code>npm start</code>');
    // In the browser that is in already, the same link just opens the page.
    expect((await fetch(link, { redirect: 'manual', headers: { cookie } })).status).toBe(303);
  });

  test('is refused when it is wrong or older than an hour', async () => {
    expect((await get('/?token=wrong')).status).toBe(401);
    const link = backend.server.launchUrl();
    now += 61 * 60 * 1000;
    expect((await fetch(link, { redirect: 'manual' })).status).toBe(401);
  });

  test('a second browser comes in by a link of its own', async () => {
    const [one, two] = [await signIn(backend.server), await signIn(backend.server)];
    expect(one).not.toBe(two);
    for (const cookie of [one, two]) expect((await get('/session', { cookie })).status).toBe(204);
  });
});

describe('without a session', () => {
  test.each(['/', '/machines/x', '/assets/main-1a2b3c.js'])('%s is a page that says how to get in', async (path) => {
    const response = await get(path);
    expect(response.status).toBe(401);
    expect(await response.text()).toContain('<code>npm start</code>');
  });

  test('a page can ask whether it is signed in', async () => {
    expect((await get('/session')).status).toBe(401);
    expect((await get('/session', { cookie: 'catamaran-1=x; other=y' })).status).toBe(401);
  });

  test('a link from another site, which brings no Strict cookie, is loaded once more from here', async () => {
    const elsewhere = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await rawGet('/machines/x?y="', elsewhere)).body).toContain('content="0;url=/machines/x?y=%22"');
    for (const path of ['//evil.example/', '/.//evil.example/']) {
      expect((await rawGet(path, elsewhere)).body).toContain('content="0;url=/"');
    }
  });
});

describe('a session', () => {
  test('survives a restart of the backend, as hashes in a private file, and ends after 30 days', async () => {
    const cookie = await signIn(backend.server);
    const port = Number(new URL(backend.server.origin).port);
    await backend[Symbol.asyncDispose]();
    const file = join(folder.path, 'sessions.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).not.toContain(cookie.split('=')[1]);
    backend = await startTestBackend({ folder: folder.path, clock, port });
    expect((await get('/session', { cookie })).status).toBe(204);
    now += 31 * 24 * 60 * 60 * 1000;
    expect((await get('/session', { cookie })).status).toBe(401);
  });
});

describe('the page', () => {
  test('comes with a strict policy, a fresh nonce each time, and is not kept', async () => {
    const cookie = await signIn(backend.server);
    const [one, two] = [await get('/machines/some', { cookie }), await get('/', { cookie })];
    const policy = one.headers.get('content-security-policy') ?? '';
    const nonce = policy.match(/'nonce-([\w-]+)'/)?.[1];
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src-elem 'self' 'nonce-");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe-eval|script-src[^;]*unsafe|style-src-elem[^;]*unsafe/);
    expect(await one.text()).toContain(`<meta property="csp-nonce" nonce="${nonce}">`);
    expect(two.headers.get('content-security-policy')).not.toBe(policy);
    expect(Object.fromEntries(one.headers)).toMatchObject({
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
    });
  });

  test('files named by their content are kept for ever; what is not there is not there', async () => {
    const cookie = await signIn(backend.server);
    const script = await get('/assets/main-1a2b3c.js', { cookie });
    expect(script.headers.get('cache-control')).toContain('immutable');
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect((await get('/assets/gone.js', { cookie })).status).toBe(404);
  });

  test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/assets/../../secret.txt', '/\\..\\secret.txt'])(
    'no path leads out of its folder: %s',
    async (path) => {
      const cookie = await signIn(backend.server);
      const { status, body } = await rawGet(path, { cookie });
      expect(body).not.toContain('not for the page');
      expect([200, 404]).toContain(status);
    },
  );

  test('an address that is none is refused', async () => {
    expect((await rawGet('//', {})).status).toBe(400);
  });
});

describe('other sites', () => {
  test.each(['evil.example', `evil.example:80`, '127.0.0.1', '127.0.0.1:1'])('the Host %s is not served', async (host) => {
    const cookie = await signIn(backend.server);
    expect((await rawGet('/', { host, cookie })).status).toBe(421);
    expect((await rawGet(`/?token=${new URL(backend.server.launchUrl()).searchParams.get('token')}`, { host })).status).toBe(421);
  });

  test('localhost is served as well', async () => {
    const { port } = new URL(backend.server.origin);
    expect((await rawGet('/session', { host: `localhost:${port}` })).status).toBe(401);
  });

  test('only GET and HEAD, and nothing at all from a foreign Origin', async () => {
    const post = (origin: string) => fetch(`${backend.server.origin}/`, { method: 'POST', headers: { origin } });
    expect((await post('http://evil.example')).status).toBe(403);
    expect((await post(backend.server.origin)).status).toBe(405);
  });

  test.each(['/rpc', '/terminal?id=x', '/display?id=qemu%2Fx'])(
    'a WebSocket to %s needs our Origin, our Host and a session',
    async (path) => {
      const { origin } = backend.server;
      const cookie = await signIn(backend.server);
      expect(await upgrade(path, { origin, cookie })).toBe('HTTP/1.1 101 Switching Protocols');
      expect(await upgrade(path, { origin: 'http://evil.example', cookie })).toBe('HTTP/1.1 403 Forbidden');
      expect(await upgrade(path, { origin: 'null', cookie })).toBe('HTTP/1.1 403 Forbidden');
      expect(await upgrade(path, { cookie })).toBe('HTTP/1.1 403 Forbidden');
      expect(await upgrade(path, { origin, cookie, host: 'evil.example' })).toBe('HTTP/1.1 421 Misdirected Request');
      expect(await upgrade(path, { origin })).toBe('HTTP/1.1 401 Unauthorized');
      expect(await upgrade(path, { origin, cookie: `${cookie}x` })).toBe('HTTP/1.1 401 Unauthorized');
    },
  );

  test('a WebSocket to any other path is refused', async () => {
    const headers = { origin: backend.server.origin, cookie: await signIn(backend.server) };
    expect(await upgrade('/elsewhere', headers)).toBe('HTTP/1.1 404 Not Found');
    expect(await upgrade('/terminal', headers)).toBe('HTTP/1.1 400 Bad Request');
    expect(await upgrade('/display?id=x', headers)).toBe('HTTP/1.1 400 Bad Request');
    expect(await upgrade('//', headers)).toBe('HTTP/1.1 400 Bad Request');
  });
});

describe('sockets', () => {
  async function open(path: string): Promise<WebSocket> {
    const { origin } = backend.server;
    const socket = openSocket(`${origin.replace('http', 'ws')}${path}`, { origin, cookie: await signIn(backend.server) });
    socket.binaryType = 'arraybuffer';
    await once(socket, 'open');
    return socket;
  }

  test.each(['/rpc', '/terminal?id=x'])('a message that is too large ends the connection to %s and nothing else', async (path) => {
    const { id } = await backend.terminals.open(
      { machineId: testMachine, kind: 'shell', size: { cols: 80, rows: 24 } },
      new AbortController().signal,
    );
    const socket = await open(path.replace('=x', `=${id}`));
    socket.send(new Uint8Array(2 * 1024 * 1024));
    const [event] = (await once(socket, 'close')) as [CloseEvent];
    expect(event.code).toBe(1009);
    expect((await get('/session')).status).toBe(401);
  });

  test('text on a terminal’s channel ends it', async () => {
    const { id } = await backend.terminals.open(
      { machineId: testMachine, kind: 'shell', size: { cols: 80, rows: 24 } },
      new AbortController().signal,
    );
    const socket = await open(`/terminal?id=${id}`);
    socket.send('text');
    const [event] = (await once(socket, 'close')) as [CloseEvent];
    expect(event.code).toBe(1003);
  });

  test('the server’s end is every connection’s end', async () => {
    const socket = await open('/rpc');
    const closed = once(socket, 'close');
    await backend.server[Symbol.asyncDispose]();
    await closed;
  });
});

/** Paths and headers as they are given: fetch would mend them. */
function rawGet(path: string, headers: Record<string, string>): Promise<{ status: number; body: string }> {
  const { hostname, port } = new URL(backend.server.origin);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, headers, agent: false }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode ?? 0, body });
    })
      .on('error', reject)
      .end();
  });
}

/** The status line that answers a WebSocket handshake. */
async function upgrade(path: string, headers: Record<string, string>): Promise<string> {
  const { hostname, port, host } = new URL(backend.server.origin);
  const socket = connect(Number(port), hostname);
  const all = {
    host,
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`GET ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  return chunk.toString().split('\r\n')[0] ?? '';
}
