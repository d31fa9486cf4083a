import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { createServer, request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { failureOf } from '../../testing/failures.ts';
import { close, type FileServer, listen, startFileServer } from '../../testing/file-server.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import type { Checksum } from '../contract/index.ts';
import { type Clock, systemClock } from '../core/index.ts';
import { createDownloads, type DownloadProgress, type Downloads, type Proxies, proxiesOf } from './index.ts';

const NO_PROXIES: Proxies = { http: null, https: null, noProxy: null };
/** Does not wait between attempts. */
const hasty: Clock = { ...systemClock, sleep: async (_ms, signal) => signal?.throwIfAborted() };
const content = randomBytes(600_000);
const sha256 = (bytes: Buffer): Checksum => ({ algorithm: 'sha256', value: createHash('sha256').update(bytes).digest('hex') });
const never = new AbortController().signal;

let stack: AsyncDisposableStack;
let server: FileServer;
let folder: string;
let path: string;

beforeEach(async () => {
  stack = new AsyncDisposableStack();
  server = stack.use(await startFileServer());
  folder = stack.use(await temporaryFolder()).path;
  path = join(folder, 'disk.qcow2');
});
afterEach(() => stack.disposeAsync());

function open(proxies = NO_PROXIES): Downloads {
  return stack.use(createDownloads({ proxies, clock: hasty }));
}

/** Aborts once so many bytes have come. */
async function stopAt(bytes: number, url: string): Promise<void> {
  const stop = new AbortController();
  const onProgress = ({ doneBytes }: DownloadProgress) => doneBytes >= bytes && stop.abort();
  await failureOf(open().fetch({ url, path, checksum: sha256(content) }, onProgress, stop.signal));
}

test('a file comes over redirects, is verified and told of', async () => {
  const url = server.add('/files/disk', content);
  server.redirects.set('/latest', '/mirror');
  server.redirects.set('/mirror', url);
  const told: DownloadProgress[] = [];
  await open().fetch({ url: `${server.url}/latest`, path, checksum: sha256(content) }, (progress) => told.push(progress), never);
  expect(await readFile(path)).toEqual(content);
  expect(told.at(-1)).toMatchObject({ step: 'verifying', doneBytes: content.length, totalBytes: content.length });
  expect(told.some(({ step, totalBytes }) => step === 'downloading' && totalBytes === content.length)).toBe(true);
  expect(await readdir(folder)).toEqual(['disk.qcow2']);
});

test('a broken connection is gone on with from where it broke', async () => {
  const url = server.add('/disk', content, { cutAt: 200_000 });
  const onProgress = ({ doneBytes }: DownloadProgress) => {
    if (doneBytes > 0) server.add('/disk', content);
  };
  await open().fetch({ url, path, checksum: sha256(content) }, onProgress, never);
  expect(await readFile(path)).toEqual(content);
  expect(server.requests.map(({ range }) => range)).toEqual([null, expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
});

test('a download goes on after an end of the app, and only with the rest', async () => {
  const url = server.add('/disk', content, { stallAt: 300_000 });
  await stopAt(1, url);
  const kept = await open().partBytes(path);
  expect(kept).toBeGreaterThan(0);
  expect((await readdir(folder)).sort()).toEqual(['disk.qcow2.part', 'disk.qcow2.part.json']);
  server.add('/disk', content);
  await open().fetch({ url, path, checksum: sha256(content) }, () => {}, never);
  expect(server.requests.at(-1)?.range).toBe(`bytes=${kept}-`);
  expect(await readFile(path)).toEqual(content);
});

test('the rest comes from the same mirror, and from another one when that has gone', async () => {
  server.add('/one/disk', content, { etag: '"one"', stallAt: 300_000 });
  server.add('/two/disk', content, { etag: '"two"' });
  server.redirects.set('/disk', '/one/disk');
  const url = `${server.url}/disk`;
  await stopAt(1, url);
  server.redirects.set('/disk', '/two/disk');
  server.add('/one/disk', content, { etag: '"one"', stallAt: 500_000 });
  await stopAt(400_000, url);
  expect(server.requests.at(-1)).toMatchObject({ path: '/one/disk', range: expect.stringMatching(/^bytes=[1-9]/) });
  server.files.delete('/one/disk');
  await open().fetch({ url, path, checksum: sha256(content) }, () => {}, never);
  expect(server.requests.at(-1)?.path).toBe('/two/disk');
  expect(await readFile(path)).toEqual(content);
});

test('a file that has changed meanwhile is fetched from its beginning', async () => {
  const url = server.add('/disk', content, { stallAt: 300_000 });
  await stopAt(1, url);
  const other = randomBytes(500_000);
  server.add('/disk', other, { etag: '"2"' });
  await open().fetch({ url, path, checksum: sha256(other) }, () => {}, never);
  expect(await readFile(path)).toEqual(other);
});

test('what is of another address, or of no known version, is not gone on with', async () => {
  await stopAt(1, server.add('/disk', content, { stallAt: 300_000 }));
  await open().fetch({ url: server.add('/other', content), path, checksum: null }, () => {}, never);
  expect(server.requests.at(-1)?.range).toBeNull();

  const url = server.add('/unversioned', content, { etag: null, cutAt: 300_000 });
  const error = await failureOf(open().fetch({ url, path, checksum: null }, () => {}, never));
  expect(error.reason).toBe('downloadAway');
  expect(new Set(server.requests.slice(-4).map(({ range }) => range))).toEqual(new Set([null]));
});

test('a part that is longer than the file is thrown away', async () => {
  const url = server.add('/disk', content, { stallAt: 300_000 });
  await stopAt(300_000, url);
  const short = content.subarray(0, 1000);
  server.add('/disk', short);
  await open().fetch({ url, path, checksum: sha256(short) }, () => {}, never);
  expect(await readFile(path)).toEqual(short);
});

test('a file that is not what was published says both sums, and nothing of it stays', async () => {
  const url = server.add('/disk', 'something else');
  const error = await failureOf(open().fetch({ url, path, checksum: sha256(content) }, () => {}, never));
  expect(error.reason).toBe('checksumMismatch');
  expect(error.message).toContain(sha256(content).value);
  expect(error.message).toContain(sha256(Buffer.from('something else')).value);
  expect(await readdir(folder)).toEqual([]);
});

test('what comes can be thrown away', async () => {
  await stopAt(1, server.add('/disk', content, { stallAt: 300_000 }));
  await open().discard(path);
  expect(await readdir(folder)).toEqual([]);
});

test('a refusal says who refused what', async () => {
  server.statuses.set('/gone', 410);
  server.statuses.set('/private', 403);
  server.statuses.set('/broken', 500);
  const reasonOf = async (name: string) => (await failureOf(open().text(`${server.url}${name}`, 1000, never))).reason;
  expect(await reasonOf('/missing')).toBe('downloadMissing');
  expect(await reasonOf('/gone')).toBe('downloadMissing');
  expect(await reasonOf('/private')).toBe('downloadDenied');
  expect(await reasonOf('/broken')).toBe('downloadRefused');
  const error = await failureOf(open().fetch({ url: `${server.url}/broken`, path, checksum: null }, () => {}, never));
  expect(error.problem.params).toMatchObject({ status: 500, server: new URL(server.url).host });
  expect(server.requests.filter((one) => one.path === '/broken').length).toBeGreaterThan(2);
  server.redirects.set('/circle', '/circle');
  expect(await reasonOf('/circle')).toBe('downloadAway');
});

test('a text has a most length', async () => {
  const url = server.add('/SHA256SUMS', 'abc');
  expect(await open().text(url, 3, never)).toBe('abc');
  expect((await failureOf(open().text(url, 2, never))).reason).toBe('downloadRefused');
});

test('proxies are asked, but not for those hosts that are left out', async () => {
  const url = server.add('/disk', content);
  const through: string[] = [];
  const proxy = createServer((asked, answer) => {
    through.push(asked.url ?? '');
    const onward = httpRequest(asked.url ?? '', { headers: asked.headers }, (got) =>
      got.pipe(answer.writeHead(got.statusCode ?? 500, got.headers)),
    );
    onward.end();
  });
  stack.defer(() => close(proxy));
  const address = `http://127.0.0.1:${await listen(proxy)}`;
  await open({ http: address, https: null, noProxy: null }).fetch({ url, path, checksum: sha256(content) }, () => {}, never);
  expect(through).toEqual([url]);
  await open({ http: address, https: null, noProxy: '127.0.0.1' }).fetch({ url, path, checksum: null }, () => {}, never);
  expect(through).toHaveLength(1);
});

test('a proxy that does not help is named, without its password', async () => {
  const url = server.add('/disk', content);
  const gone = createServer();
  const port = await listen(gone);
  await close(gone);
  const dead = await failureOf(open({ http: `http://me:secret@127.0.0.1:${port}`, https: null, noProxy: null }).text(url, 10, never));
  expect(dead.reason).toBe('downloadProxyFailed');
  expect(dead.message).toContain(`http://127.0.0.1:${port}`);
  expect(dead.message).not.toContain('secret');

  const strict = createServer();
  strict.on('connect', (_request, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'));
  stack.defer(() => close(strict));
  const proxies = { http: null, https: `http://127.0.0.1:${await listen(strict)}`, noProxy: null };
  expect((await failureOf(open(proxies).text('https://images.example/disk', 10, never))).reason).toBe('downloadProxyFailed');
});

test('a server that is away is said to be', async () => {
  const gone = createServer();
  const port = await listen(gone);
  await close(gone);
  const error = await failureOf(open().fetch({ url: `http://127.0.0.1:${port}/disk`, path, checksum: null }, () => {}, never));
  expect(error.reason).toBe('downloadAway');
  expect(await readdir(folder)).toEqual([]);
});

test('an abort ends a request that is not answered', async () => {
  const silent = createServer();
  stack.defer(() => close(silent));
  const port = await listen(silent);
  const stop = new AbortController();
  const asked = once(silent, 'request');
  const fetching = failureOf(open().text(`http://127.0.0.1:${port}/`, 10, stop.signal));
  await asked;
  stop.abort();
  expect((await fetching).code).toBe('cancelled');
});

test('proxies are read from either spelling', () => {
  expect(proxiesOf({ https_proxy: 'http://a:1', HTTPS_PROXY: 'http://b:1', HTTP_PROXY: 'http://c:1', no_proxy: '' })).toEqual({
    http: 'http://c:1',
    https: 'http://a:1',
    noProxy: null,
  });
});
