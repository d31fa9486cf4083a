import { Agent, type ClientRequest, type ClientRequestArgs, request as httpRequest, type IncomingMessage } from 'node:http';
import { type Duplex, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { AppError, systemCode } from '../../core/index.ts';
import { type EngineName, Refusal, toEngineError } from './errors.ts';

/** Kept open for the next call; any of them may turn out to be closed by the engine. */
const KEPT_CONNECTIONS = 8;

export interface EngineRequest {
  method: 'GET' | 'HEAD' | 'POST' | 'DELETE';
  path: string;
  /** In the place of `versionPrefix`. */
  version?: string;
  /** A list is sent as the same name several times. */
  query?: Record<string, string | number | boolean | readonly string[] | undefined>;
  headers?: Record<string, string | string[]>;
  /** Sent as JSON. */
  body?: unknown;
  /** A tar archive, sent in chunks. */
  upload?: AsyncIterable<Uint8Array>;
  /** What the engine's refusal means for this call; null when it means nothing special. */
  refused?: (refusal: Refusal) => AppError | null;
}

/**
 * HTTP over any connection that a Host can dial: kept-alive requests, streamed answers, and connections that stop being
 * HTTP (terminals). Small, because Node's own client does the work; a library would bring gRPC and read the environment.
 * Every method throws AppErrors.
 */
export class EngineClient implements Disposable {
  readonly engine: EngineName;
  /** `/v1.41`, once the engine's version is known; without it the engine answers in its newest. */
  versionPrefix = '';
  readonly #agent: DialAgent;

  constructor(engine: EngineName, dial: (signal: AbortSignal) => Promise<Duplex>) {
    this.engine = engine;
    this.#agent = new DialAgent(dial);
  }

  /** The parsed JSON, or undefined for an empty answer. An answer that is no success, 304 included, is a refusal. */
  async call<T = void>(request: EngineRequest, signal: AbortSignal): Promise<T> {
    const response = await this.stream(request, signal);
    try {
      const body = (await text(response)).trim();
      return (body === '' ? undefined : JSON.parse(body)) as T;
    } catch (error) {
      throw this.translate(error, signal);
    }
  }

  /** The answer's body as it comes. Destroying it ends the request; what it throws is for `translate`. */
  async stream(request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage> {
    try {
      const response = await this.#send(request, signal);
      const { statusCode: status = 0 } = response;
      if (status >= 200 && status < 300) return response;
      throw await refusalOf(response);
    } catch (error) {
      throw this.translate(error, signal, request.refused);
    }
  }

  /** A connection that carries raw bytes both ways from now on; the signal has no say over it once it is open. */
  async upgrade(request: EngineRequest, signal: AbortSignal): Promise<Duplex> {
    const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
    const opening = new AbortController();
    const onAbort = () => opening.abort();
    const sent = this.#request(request, opening.signal);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    sent.setHeader('Connection', 'Upgrade');
    if (!sent.hasHeader('Upgrade')) sent.setHeader('Upgrade', 'tcp');
    sent.on('upgrade', (_response, socket, head) => {
      if (head.length > 0) socket.unshift(head);
      resolve(socket);
    });
    sent.on('response', (response) => refusalOf(response).then(reject, reject));
    sent.on('error', reject);
    sent.end(bodyOf(request));
    try {
      return await promise;
    } catch (error) {
      throw this.translate(error, signal, request.refused);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** What a call, or a body while it was read, threw. */
  translate(error: unknown, signal: AbortSignal, refused?: EngineRequest['refused']): AppError {
    if (signal.aborted) return signal.reason instanceof AppError ? signal.reason : new AppError('cancelled', {}, { cause: error });
    return toEngineError(error, this.engine, refused);
  }

  [Symbol.dispose](): void {
    this.#agent.destroy();
  }

  async #send(request: EngineRequest, signal: AbortSignal): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt++) {
      const sent = this.#request(request, signal);
      try {
        return await answerOf(sent, request);
      } catch (error) {
        // The engine closed a kept connection in the same moment: nothing was asked yet.
        // https://nodejs.org/api/http.html#requestreusedsocket
        const stale = sent.reusedSocket && systemCode(error) === 'ECONNRESET' && request.method === 'GET';
        if (!stale || attempt > KEPT_CONNECTIONS) throw error;
      }
    }
  }

  #request(request: EngineRequest, signal: AbortSignal): ClientRequest {
    const { method, path, version = this.versionPrefix, query, body, upload, headers: further } = request;
    const headers: Record<string, string | string[]> = { Host: 'engine', ...further };
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    if (upload !== undefined) headers['Content-Type'] = 'application/x-tar';
    return httpRequest({ agent: this.#agent, method, path: `${version}${path}${queryString(query)}`, headers, signal });
  }
}

async function answerOf(sent: ClientRequest, request: EngineRequest): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  sent.on('response', resolve);
  sent.on('error', reject);
  // An engine that refuses may answer before it has read everything: then its answer counts, not the broken pipe.
  if (request.upload === undefined) sent.end(bodyOf(request));
  else {
    const source = Readable.from(request.upload, { objectMode: false });
    // It ends a turn after the pipeline, which listens no longer then.
    source.on('error', () => {});
    pipeline(source, sent).catch(reject);
  }
  return promise;
}

function bodyOf({ body }: EngineRequest): string | undefined {
  return body === undefined ? undefined : JSON.stringify(body);
}

function queryString(query: EngineRequest['query'] = {}): string {
  const parts = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) parts.append(key, String(one));
  }
  const encoded = parts.toString();
  return encoded === '' ? '' : `?${encoded}`;
}

async function refusalOf(response: IncomingMessage): Promise<Refusal> {
  const body = await text(response);
  const { statusCode: status = 0, statusMessage = 'no reason given' } = response;
  try {
    const { message } = JSON.parse(body) as { message?: unknown };
    if (typeof message === 'string') return new Refusal(status, message);
  } catch {
    // Not every error comes as JSON.
  }
  return new Refusal(status, body.trim() || statusMessage);
}

class DialAgent extends Agent {
  readonly #dial: (signal: AbortSignal) => Promise<Duplex>;
  readonly #closing = new AbortController();

  constructor(dial: (signal: AbortSignal) => Promise<Duplex>) {
    super({ keepAlive: true, maxFreeSockets: KEPT_CONNECTIONS });
    this.#dial = dial;
  }

  override createConnection(_options: ClientRequestArgs, callback?: (error: Error | null, stream: Duplex) => void): undefined {
    this.#dial(this.#closing.signal).then(
      (stream) => callback?.(null, asSocket(stream)),
      // Node's own type asks for a stream even when there is none.
      (error) => (callback as ((error: Error) => void) | undefined)?.(error),
    );
  }

  override destroy(): void {
    this.#closing.abort();
    super.destroy();
  }
}

const noop = () => {};

/** Node's client calls these on every connection; an SSH channel has none of them. */
function asSocket(stream: Duplex): Duplex {
  for (const name of ['setKeepAlive', 'setNoDelay', 'setTimeout', 'ref', 'unref']) {
    if (!(name in stream)) Object.defineProperty(stream, name, { value: noop });
  }
  return stream;
}
