import { AppError, messageOf, systemCode } from '../core/index.ts';
import { cancelled } from '../hosts/host-errors.ts';
import type { Proxies } from './web-client.ts';

/** What undici and the sockets below it throw. */
export function webError(error: unknown, of: { url: string; proxies: Proxies }, signal: AbortSignal): AppError {
  if (error instanceof AppError) return error;
  if (signal.aborted) return cancelled(signal);
  const cause = firstOf(error);
  const message = messageOf(cause);
  const proxy = [of.proxies.http, of.proxies.https].find((one) => one !== null && isAt(one, cause));
  // "Proxy response (407) !== 200 when HTTP Tunneling": the proxy itself refused.
  if (proxy !== undefined || message.startsWith('Proxy response')) {
    const name = proxy ?? of.proxies.https ?? of.proxies.http ?? '';
    return new AppError('downloadProxyFailed', { proxy: withoutSecrets(name), message: short(cause) }, { cause: error });
  }
  return new AppError('downloadAway', { server: new URL(of.url).host, message: short(cause) }, { cause: error });
}

/** An answer that is no file. */
export function statusError(status: number, url: string): AppError {
  const server = new URL(url).host;
  const params = { server, url: withoutSecrets(url), status };
  if (status === 404 || status === 410) return new AppError('downloadMissing', params);
  if (status === 407) return new AppError('downloadProxyFailed', { proxy: server, message: `HTTP ${status}` });
  if (status === 401 || status === 403) return new AppError('downloadDenied', params);
  return new AppError('downloadRefused', params);
}

/** A name with several addresses fails with one error for each of them. */
function firstOf(error: unknown): unknown {
  return error instanceof AggregateError ? (error.errors[0] ?? error) : error;
}

function isAt(proxy: string, error: unknown): boolean {
  const { hostname, port, protocol } = new URL(proxy);
  const at = error as { address?: unknown; port?: unknown; hostname?: unknown } | null;
  const proxyPort = Number(port || (protocol === 'https:' ? 443 : 80));
  return at?.hostname === hostname || (at?.port === proxyPort && (at.address === hostname || hostname === 'localhost'));
}

function short(error: unknown): string {
  switch (systemCode(error)) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'its name is not known';
    case 'ECONNREFUSED':
      return 'nothing listens there';
    case 'UND_ERR_SOCKET':
    case 'ECONNRESET':
    case 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH':
      return 'the connection broke';
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'UND_ERR_HEADERS_TIMEOUT':
    case 'UND_ERR_BODY_TIMEOUT':
    case 'ETIMEDOUT':
      return 'it does not answer in time';
    default:
      return messageOf(error);
  }
}

function withoutSecrets(url: string): string {
  if (!URL.canParse(url)) return url;
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  return shown.href.replace(/\/$/, '');
}
