import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import ssh2, { type Client, type ConnectConfig, type ServerHostKeyAlgorithm } from 'ssh2';
import { AppError, type Logger, messageOf, systemCode } from '../core/index.ts';
import { cancelled, fileError, throwIfCancelled } from './host-errors.ts';
import { checkHostKey, fingerprint, knownKeyTypes, parseKnownHosts } from './known-hosts.ts';
import { SessionSlots } from './session-slots.ts';

export interface SshAddress {
  /** Name or number, as it stands in known_hosts. */
  address: string;
  port: number;
  user: string;
  /** In OpenSSH's or PEM format. */
  privateKey?: string;
  /** The agent's socket. */
  agent?: string;
  /** Path of the known_hosts file. */
  knownHosts: string;
}

const READY_TIMEOUT_MS = 20_000;
/** A connection that is gone without a word is noticed after about a minute. */
const KEEPALIVE_MS = 15_000;
const KEEPALIVES_MISSED = 3;
/** sshd's default is 10; two are kept back: one for files, one to end what runs. */
const SESSIONS = 8;

/** One connection and what is common to all that goes over it. */
export class SshConnection implements AsyncDisposable {
  readonly client: Client;
  readonly name: string;
  /** Aborts with `hostUnreachable` when the connection ends, whoever ends it. */
  readonly lost: AbortSignal;
  readonly sessions = new SessionSlots(SESSIONS);
  readonly endings = new SessionSlots(1);
  readonly #closed: Promise<void>;

  private constructor(client: Client, name: string) {
    this.client = client;
    this.name = name;
    const lost = new AbortController();
    this.lost = lost.signal;
    let cause: unknown;
    client.on('error', (error) => {
      cause = error;
    });
    const closed = Promise.withResolvers<void>();
    this.#closed = closed.promise;
    client.on('close', () => {
      closed.resolve();
      const message = cause === undefined ? 'the connection was closed' : messageOf(cause);
      lost.abort(new AppError('hostUnreachable', { host: name, message }, { cause }));
    });
  }

  /** @throws AppError hostUnreachable, hostKeyUnknown, hostKeyChanged, hostAuthFailed */
  static async open(to: SshAddress, logger: Logger, signal: AbortSignal): Promise<SshConnection> {
    throwIfCancelled(signal);
    warnWithoutNativeCrypto(logger);
    const known = parseKnownHosts(await readKnownHosts(to.knownHosts));
    throwIfCancelled(signal);
    let refused: AppError | null = null;
    const config: ConnectConfig = {
      host: to.address,
      port: to.port,
      username: to.user,
      privateKey: to.privateKey,
      agent: to.agent,
      readyTimeout: READY_TIMEOUT_MS,
      keepaliveInterval: KEEPALIVE_MS,
      keepaliveCountMax: KEEPALIVES_MISSED,
      algorithms: { serverHostKey: { prepend: algorithmsOf(knownKeyTypes(known, to)), append: [], remove: [] } },
      hostVerifier: (key: Buffer) => {
        const verdict = checkHostKey(known, to, key);
        const params = { host: to.address, fingerprint: fingerprint(key) };
        if (verdict !== 'known') refused = new AppError(verdict === 'changed' ? 'hostKeyChanged' : 'hostKeyUnknown', params);
        return verdict === 'known';
      },
    };
    const client = new ssh2.Client();
    const connection = new SshConnection(client, to.address);
    const onAbort = () => client.destroy();
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await new Promise<void>((resolve, reject) => {
        client
          .once('ready', resolve)
          .once('error', reject)
          .once('close', () => reject(connection.lost.reason));
        client.connect(config);
      });
    } catch (error) {
      client.destroy();
      throw signal.aborted ? cancelled(signal) : (refused ?? connectError(error, to));
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
    return connection;
  }

  /** A call of ssh2 as a promise that also ends with the connection. @param translate makes an AppError of ssh2's error */
  call<T>(start: (done: (error: Error | null | undefined, value: T) => void) => void, translate: (error: Error) => AppError): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.lost.aborted) return reject(this.lost.reason);
      const onLost = () => reject(this.lost.reason);
      this.lost.addEventListener('abort', onLost, { once: true });
      const settle = (error: Error | null | undefined, value?: T) => {
        this.lost.removeEventListener('abort', onLost);
        if (error) reject(this.lost.aborted ? this.lost.reason : translate(error));
        else resolve(value as T);
      };
      try {
        start(settle);
      } catch (error) {
        // ssh2 throws at once when it is no longer connected, a turn before it says so.
        settle(new Error(messageOf(error)));
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.lost.aborted) return;
    this.client.end();
    await this.#closed;
  }
}

async function readKnownHosts(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw fileError(error, path);
  }
}

/** An RSA key signs with SHA-2 today (RFC 8332); the other types are algorithms themselves. */
function algorithmsOf(keyTypes: string[]): ServerHostKeyAlgorithm[] {
  const supported: Record<string, ServerHostKeyAlgorithm[]> = {
    'ssh-ed25519': ['ssh-ed25519'],
    'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
    'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
    'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
    'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
  };
  return keyTypes.flatMap((type) => supported[type] ?? []);
}

function connectError(error: unknown, to: SshAddress): AppError {
  if (error instanceof AppError) return error;
  if ((error as { level?: unknown }).level === 'client-authentication') {
    return new AppError('hostAuthFailed', { host: to.address, user: to.user }, { cause: error });
  }
  return new AppError('hostUnreachable', { host: to.address, message: messageOf(error) }, { cause: error });
}

let warned = false;

/** Without its compiled part ssh2 works on, at a tenth of the speed, and says nothing. */
function warnWithoutNativeCrypto(logger: Logger): void {
  if (warned || hasNativeCrypto()) return;
  warned = true;
  logger.warn('ssh2 runs without its native crypto: SSH will be slow. Reinstall the modules (npm ci) with a compiler at hand.');
}

export function hasNativeCrypto(): boolean {
  const crypto: { bindingAvailable: boolean } = createRequire(import.meta.url)('ssh2/lib/protocol/crypto.js');
  return crypto.bindingAvailable;
}
