import { Agent, type ClientRequestArgs, type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { connect, rootCertificates } from 'node:tls';
import type { Proxies } from '../../contract/index.ts';
import type { Host } from '../../hosts/host.ts';
import { proxyFor } from './proxy.ts';

/** An answer of a registry is small; what is larger is none. */
const MOST_BYTES = 4 * 1024 * 1024;

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: string;
}

/** How servers are reached from a host: through its proxies, and whom it trusts. */
export interface Surroundings {
  host: Host;
  proxies: Proxies;
  /** PEM, besides those that come with the program. */
  authorities: string[];
}

export interface HttpRequest {
  url: URL;
  method?: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
  /** Whoever answers is taken for whom he says he is. */
  trustAnyone?: boolean;
}

/** One HTTP request from a host, whichever way it is reached. Throws what Node throws, and the host's AppErrors. */
export async function ask(around: Surroundings, asked: HttpRequest, signal: AbortSignal): Promise<Answer> {
  const { url, method = 'GET', headers = {}, body } = asked;
  const stream = await open(around, asked, signal);
  using _agent = new OneStream(stream);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent = request({
    agent: _agent,
    method,
    path: `${url.pathname}${url.search}`,
    headers: { Host: url.host, 'User-Agent': 'catamaran', ...headers },
    signal,
  });
  sent.on('response', resolve);
  sent.on('error', reject);
  sent.end(body);
  const response = await promise;
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(limited(response)) };
}

async function open(around: Surroundings, { url, trustAnyone = false }: HttpRequest, signal: AbortSignal): Promise<Duplex> {
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const target = { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port || (scheme === 'https' ? 443 : 80)) };
  const proxy = proxyFor(around.proxies, scheme, target);
  const plain =
    proxy === null
      ? await around.host.dial({ address: target.host, port: target.port }, signal)
      : await throughProxy(around, { proxy, target }, signal);
  if (scheme === 'http') return plain;
  const secure = connect({
    socket: plain,
    // An address is no server name.
    ...(/^[\d.]+$|:/.test(target.host) ? {} : { servername: target.host }),
    host: target.host,
    ca: [...rootCertificates, ...around.authorities],
    rejectUnauthorized: !trustAnyone,
  });
  return settled(secure, 'secureConnect', signal);
}

/** https://www.rfc-editor.org/rfc/rfc9110#CONNECT; also for plain HTTP, so that there is one way only. */
async function throughProxy(
  { host }: Surroundings,
  { proxy, target }: { proxy: URL; target: { host: string; port: number } },
  signal: AbortSignal,
): Promise<Duplex> {
  const at = { address: proxy.hostname, port: Number(proxy.port || (proxy.protocol === 'https:' ? 443 : 80)) };
  const stream = await host.dial(at, signal);
  const path = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  const identity =
    proxy.username === '' ? {} : { 'Proxy-Authorization': basic(decodeURIComponent(proxy.username), decodeURIComponent(proxy.password)) };
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  const agent = new OneStream(stream);
  const sent = request({ agent, method: 'CONNECT', path, headers: { Host: path, ...identity }, signal });
  sent.on('connect', (response, socket) => {
    if (response.statusCode === 200) return resolve(socket);
    socket.destroy();
    reject(new Error(`proxyconnect: the proxy ${at.address}:${at.port} answers ${response.statusCode}`));
  });
  sent.on('error', reject);
  sent.end();
  return promise;
}

export function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function settled<T extends Duplex>(stream: T, event: string, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  stream.once(event, () => resolve(stream));
  stream.once('error', reject);
  stream.once('close', () => reject(new Error('the connection was closed')));
  try {
    return await promise;
  } catch (error) {
    stream.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

async function* limited(response: IncomingMessage): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new Error('Parse Error: the answer is too long for a registry');
    yield chunk;
  }
}

/** Node's client on one connection that is there already. */
class OneStream extends Agent implements Disposable {
  readonly #stream: Duplex;

  constructor(stream: Duplex) {
    super({ keepAlive: false });
    this.#stream = stream;
  }

  override createConnection(_options: ClientRequestArgs, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    callback?.(null, this.#stream);
  }

  [Symbol.dispose](): void {
    this.#stream.destroy();
    this.destroy();
  }
}
