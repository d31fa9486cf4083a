import type { IncomingHttpHeaders } from 'node:http';
import { type Dispatcher, EnvHttpProxyAgent, interceptors } from 'undici';
import { AppError } from '../core/index.ts';
import { throwIfCancelled } from '../hosts/host-errors.ts';
import { webError } from './web-errors.ts';

const CONNECT_WITHIN_MS = 20_000;
/** A server that says nothing for this long has been lost. */
const SILENCE_MS = 45_000;
const MOST_REDIRECTS = 10;

/** Which proxies are in force, as the environment variables of these names have it; null: none. */
export interface Proxies {
  http: string | null;
  https: string | null;
  noProxy: string | null;
}

/** The lower-case names count first, as curl has it. */
export function proxiesOf(env: NodeJS.ProcessEnv): Proxies {
  const get = (name: string) => env[name] || env[name.toUpperCase()] || null;
  return { http: get('http_proxy'), https: get('https_proxy'), noProxy: get('no_proxy') };
}

export interface WebAnswer {
  status: number;
  /** After all redirects. */
  url: string;
  headers: IncomingHttpHeaders;
  /** Must be read to its end or destroyed. Throws AppErrors. */
  body: AsyncIterable<Uint8Array> & { destroy: () => void };
}

export interface WebRequest {
  url: string;
  headers: Record<string, string>;
  /** Whether redirects may lead from an encrypted address to one that is not: only where a checksum tells what comes. */
  mayLeaveTls: boolean;
}

/** GET over HTTP(S), through the proxies, following redirects. */
export interface WebClient extends AsyncDisposable {
  /** Any status is an answer. @throws AppError downloadAway, downloadProxyFailed, downloadInsecure, cancelled */
  get(request: WebRequest, signal: AbortSignal): Promise<WebAnswer>;
}

export function createWebClient({ proxies }: { proxies: Proxies }): WebClient {
  const agent = new EnvHttpProxyAgent({
    // Given as empty, or undici would read this process's environment.
    httpProxy: proxies.http ?? '',
    httpsProxy: proxies.https ?? '',
    noProxy: proxies.noProxy ?? '',
    connect: { timeout: CONNECT_WITHIN_MS },
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
  });
  const dispatcher = agent.compose(interceptors.redirect({ maxRedirections: MOST_REDIRECTS }));

  async function ask({ url, headers }: WebRequest, signal: AbortSignal): Promise<Dispatcher.ResponseData> {
    const { origin, pathname, search, username, password } = new URL(url);
    const authorization =
      username === '' ? {} : { authorization: `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}` };
    return dispatcher.request({
      origin,
      path: `${pathname}${search}`,
      method: 'GET',
      headers: { 'user-agent': 'Catamaran', 'accept-encoding': 'identity', ...authorization, ...headers },
      signal,
    });
  }

  return {
    async get(request, signal) {
      const { url, mayLeaveTls } = request;
      throwIfCancelled(signal);
      try {
        const { statusCode, headers: answered, body, context } = await ask(request, signal);
        // What is given up is not read on; that error has nobody to hear it.
        body.on('error', () => {});
        const hops = (context as { history?: URL[] } | undefined)?.history ?? [];
        const open = hops.find(({ protocol }) => protocol === 'http:');
        if (!mayLeaveTls && url.startsWith('https:') && open !== undefined) {
          body.destroy();
          throw new AppError('downloadInsecure', { url, target: open.origin });
        }
        return {
          status: statusCode,
          url: hops.at(-1)?.href ?? url,
          headers: answered,
          body: { [Symbol.asyncIterator]: () => bytesOf(body, { url, proxies }, signal), destroy: () => body.destroy() },
        };
      } catch (error) {
        throw webError(error, { url, proxies }, signal);
      }
    },
    [Symbol.asyncDispose]: () => agent.destroy(),
  };
}

async function* bytesOf(
  body: AsyncIterable<Uint8Array>,
  of: { url: string; proxies: Proxies },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body;
  } catch (error) {
    throw webError(error, of, signal);
  }
}
