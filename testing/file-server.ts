import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedFile {
  content: Buffer;
  /** Null: the server says nothing of which version of the file this is. */
  etag: string | null;
  /** The connection breaks after so many bytes of the file; null: it does not. */
  cutAt: number | null;
  /** Whether the server says how long it is. */
  sized: boolean;
  /** Nothing comes after so many bytes of the file, and the connection stays; null: all comes. */
  stallAt: number | null;
}

/** An HTTP server on 127.0.0.1 with ranges, whose files can change and whose connections can break. */
export interface FileServer extends AsyncDisposable {
  readonly url: string;
  readonly files: Map<string, ServedFile>;
  /** Paths that lead elsewhere, or answer with nothing but a status. */
  readonly redirects: Map<string, string>;
  readonly statuses: Map<string, number>;
  /** What was asked for, oldest first. */
  readonly requests: { path: string; range: string | null; host: string | null }[];
  add(path: string, content: Buffer | string, more?: Partial<ServedFile>): string;
}

export async function startFileServer(): Promise<FileServer> {
  const files: FileServer['files'] = new Map();
  const redirects: FileServer['redirects'] = new Map();
  const statuses: FileServer['statuses'] = new Map();
  const requests: FileServer['requests'] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    requests.push({ path, range: request.headers.range ?? null, host: request.headers.host ?? null });
    const target = redirects.get(path);
    const file = files.get(path);
    if (target !== undefined) response.writeHead(302, { location: target }).end();
    else if (statuses.has(path)) response.writeHead(statuses.get(path) ?? 500).end();
    else if (file === undefined) response.writeHead(404).end();
    else give(file, request, response);
  });
  const port = await listen(server);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    files,
    redirects,
    statuses,
    requests,
    add(path, content, more = {}) {
      files.set(path, { content: Buffer.from(content), etag: '"1"', cutAt: null, stallAt: null, sized: true, ...more });
      return `${url}${path}`;
    },
    [Symbol.asyncDispose]: () => close(server),
  };
}

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function give(file: ServedFile, request: IncomingMessage, response: ServerResponse): void {
  const { content, etag, cutAt, stallAt, sized } = file;
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  const start = asked !== undefined && request.headers['if-range'] === etag ? Number(asked) : null;
  const version = etag === null ? {} : { etag };
  if (start !== null && start >= content.length) {
    response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    return;
  }
  const from = start ?? 0;
  const end = Math.min(cutAt ?? content.length, stallAt ?? content.length);
  const length = sized ? { 'content-length': content.length - from } : {};
  if (start === null) response.writeHead(200, { ...version, ...length });
  else response.writeHead(206, { ...version, ...length, 'content-range': `bytes ${start}-${content.length - 1}/${content.length}` });
  if (end >= content.length) {
    response.end(content.subarray(from));
    return;
  }
  response.write(content.subarray(from, Math.max(from, end)), () => {
    if (cutAt !== null) response.destroy();
  });
}
