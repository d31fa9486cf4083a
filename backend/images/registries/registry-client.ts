import { z } from 'zod';
import type { RegistryCheck } from '../../contract/index.ts';
import { AppError, messageOf, systemCode } from '../../core/index.ts';
import type { Credentials } from '../../drivers/registries.ts';
import { type Answer, ask, basic, type HttpRequest, type Surroundings } from './registry-connection.ts';

/** The server of Docker Hub, whose name in images is another. */
const DOCKER_HUB = 'registry-1.docker.io';

export interface RegistryClient {
  registry: string;
  /** Its certificate is not checked, and it may speak without TLS. */
  insecure: boolean;
  around: Surroundings;
}

const token = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/**
 * Asks a registry who it lets in, as its API has it (`GET /v2/` and the challenge that it answers with).
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md, https://distribution.github.io/distribution/spec/auth/token/
 * @returns `signInNeeded` when there were no credentials and some are needed
 * @throws AppError registryAway, registrySlow, registryWrong, registryTls, registryRefused, registryCredentialsWrong, registryBusy,
 *   registryFailed
 */
export async function openRegistry(
  client: RegistryClient,
  { credentials, withinMs }: { credentials: Credentials | null; withinMs: number },
  signal: AbortSignal,
): Promise<Exclude<RegistryCheck['access'], null>> {
  const { registry } = client;
  const late = AbortSignal.timeout(withinMs);
  try {
    return await greet(client, credentials, AbortSignal.any([signal, late]));
  } catch (error) {
    if (signal.aborted) throw error;
    if (late.aborted) throw new AppError('registrySlow', { registry, message: `no answer within ${withinMs / 1000} s` }, { cause: error });
    throw connectionFailure(registry, error);
  }
}

async function greet(
  client: RegistryClient,
  credentials: Credentials | null,
  signal: AbortSignal,
): Promise<'open' | 'signedIn' | 'signInNeeded'> {
  const { registry } = client;
  const first = await reach(client, { path: '/v2/' }, signal);
  if (first.status === 200) {
    if (!isRegistry(first)) throw new AppError('registryWrong', { registry, message: 'its answer is not that of a registry' });
    return 'open';
  }
  const challenge = first.headers['www-authenticate'];
  if (first.status !== 401 || challenge === undefined) throw statusFailure(registry, first);
  const authorization = await authorize(client, { challenge, credentials }, signal);
  if (authorization === null) return 'signInNeeded';
  const second = await reach(client, { path: '/v2/', headers: { Authorization: authorization } }, signal);
  if (second.status === 200) return credentials === null ? 'open' : 'signedIn';
  if (second.status === 401) {
    if (credentials === null) return 'signInNeeded';
    throw new AppError('registryCredentialsWrong', { registry });
  }
  throw statusFailure(registry, second);
}

/** TLS first, always; without it only where that is allowed. */
export async function reach(
  { registry, insecure, around }: RegistryClient,
  { path, headers = {} }: { path: string; headers?: Record<string, string> },
  signal: AbortSignal,
): Promise<Answer> {
  const server = registry === 'docker.io' ? DOCKER_HUB : registry;
  const get = (scheme: string): HttpRequest => ({ url: new URL(`${scheme}://${server}${path}`), headers, trustAnyone: insecure });
  try {
    return await ask(around, get('https'), signal);
  } catch (error) {
    if (!insecure || signal.aborted) throw error;
    return ask(around, get('http'), signal);
  }
}

/** What to send with the next request; null when credentials are needed and there are none. */
export async function authorize(
  { registry, insecure, around }: RegistryClient,
  { challenge, credentials }: { challenge: string; credentials: Credentials | null },
  signal: AbortSignal,
): Promise<string | null> {
  if (/^basic\b/i.test(challenge)) {
    return credentials === null ? null : basic(credentials.username, credentials.secret);
  }
  const realm = parameter(challenge, 'realm');
  const url = URL.parse(realm ?? '');
  if (!/^bearer\b/i.test(challenge) || url === null) {
    throw new AppError('registryWrong', { registry, message: 'it asks for a kind of sign-in that is not known' });
  }
  const wanted = { service: parameter(challenge, 'service') ?? '', scope: parameter(challenge, 'scope') };
  const answer = await ask(around, { ...tokenRequest(url, wanted, credentials), trustAnyone: insecure }, signal);
  if (answer.status === 401 || answer.status === 403 || answer.status === 400) {
    if (credentials === null) return null;
    throw new AppError('registryCredentialsWrong', { registry });
  }
  if (answer.status !== 200) throw statusFailure(registry, answer);
  const { token: given, access_token: access } = token.safeParse(parseJson(answer.body)).data ?? {};
  const bearer = given ?? access;
  if (bearer === undefined) throw new AppError('registryWrong', { registry, message: 'its token service gave no token' });
  return `Bearer ${bearer}`;
}

function tokenRequest(realm: URL, wanted: { service: string; scope: string | null }, credentials: Credentials | null): HttpRequest {
  const { service, scope } = wanted;
  const forWhat: Record<string, string> = scope === null ? { service } : { service, scope };
  if (credentials?.isToken) {
    const fields = { ...forWhat, grant_type: 'refresh_token', client_id: 'catamaran', refresh_token: credentials.secret };
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    return { url: realm, method: 'POST', headers, body: new URLSearchParams(fields).toString() };
  }
  const url = new URL(realm);
  for (const [name, value] of Object.entries(forWhat)) url.searchParams.set(name, value);
  if (credentials === null) return { url };
  url.searchParams.set('account', credentials.username);
  return { url, headers: { Authorization: basic(credentials.username, credentials.secret) } };
}

function isRegistry({ headers, body }: Answer): boolean {
  if (headers['docker-distribution-api-version'] !== undefined) return true;
  return body.trim() === '' || typeof parseJson(body) === 'object';
}

function statusFailure(registry: string, { status, headers }: Answer): AppError {
  const message = `HTTP ${status}`;
  if (status === 401 || status === 403) return new AppError('registryRefused', { registry, message });
  if (status === 429) return new AppError('registryBusy', { registry, message });
  if (status >= 500) return new AppError('registryFailed', { registry, message });
  const elsewhere = headers.location === undefined ? message : `${message}, it sends to another address`;
  return new AppError('registryWrong', { registry, message: elsewhere });
}

/** What Node, OpenSSL and the host say of a connection. */
function connectionFailure(registry: string, error: unknown): AppError {
  if (error instanceof AppError) {
    if (error.reason !== 'socketUnreachable') return error;
    return new AppError('registryAway', { registry, message: String(error.problem.params.message) }, { cause: error });
  }
  const message = messageOf(error);
  const code = systemCode(error) ?? '';
  const fail = (reason: 'registryAway' | 'registryTls' | 'registryWrong' | 'registryInterrupted', words = message) =>
    new AppError(reason, { registry, message: words }, { cause: error, detail: message });
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG/.test(code)) return fail('registryTls', 'it does not speak TLS');
  if (/^HPE_/.test(code) || message.startsWith('Parse Error')) return fail('registryWrong', 'it does not speak HTTP as a registry does');
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO/.test(code)) return fail('registryTls');
  if (/ECONNRESET|EPIPE|socket hang up/.test(`${code} ${message}`)) return fail('registryInterrupted');
  return fail('registryAway');
}

function parameter(challenge: string, name: string): string | null {
  return new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(challenge)?.[1] ?? null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
