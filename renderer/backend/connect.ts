import {
  type AppInfo,
  CONTRACT_VERSION,
  type MachineId,
  type Problem,
  type TerminalId,
  type TransferId,
  toProblem,
  transferId,
} from '../../backend/contract/index.ts';
import { ChannelError, type Platform, type RpcChannel } from '../platform/index.ts';
import { type BackendClient, type BackendLink, createClient, problemOf } from './client.ts';
import { DisplayChannel } from './display-channel.ts';
import { openTerminalLink, type TerminalEvents, type TerminalLink } from './terminal-link.ts';

/**
 * - `connecting`: the first connection of this page is not there yet
 * - `lost`: it is tried again at `retryAtMs` (ms since 1970); `problem` says what to tell
 * - `outdated`: the backend speaks another version of the contract; only a reload helps
 */
export type ConnectionState =
  | { status: 'connecting' }
  | { status: 'connected'; app: AppInfo }
  | { status: 'lost'; problem: Problem; retryAtMs: number }
  | { status: 'outdated'; problem: Problem };

/** The page's only door to the backend. It lives as long as the page and mends itself. */
export interface BackendConnection {
  /** A new object at every change, and only then. */
  readonly state: ConnectionState;
  subscribe(listener: () => void): () => void;
  /** Stays the same over reconnects. Calls wait while connecting and fail with `backendLost` while lost. */
  readonly client: BackendClient;
  /**
   * Reads a stream, again after every reconnect, until the signal aborts or the stream ends by itself.
   * A stream starts with the present state, so nothing that happened while the connection was lost is missed.
   * @throws what the backend answers (see problemOf), but not the loss of the connection
   */
  follow<T>(open: StreamFactory<T>, onValue: (value: T) => void, signal: AbortSignal): Promise<void>;
  openTerminal(id: TerminalId, events: TerminalEvents): TerminalLink;
  /** One connection to a machine's screen, for noVNC; one that broke is not mended. */
  openDisplay(id: MachineId): DisplayChannel;
  /** Makes a call that needs a file's bytes, and sends them along. @throws what the call throws */
  sendFile<T>(body: Blob, call: (id: TransferId) => Promise<T>): Promise<T>;
  /** Makes a call that gives a file, and lets the person save it. Resolves when the backend has given all of it. @throws what the call throws */
  saveFile<T>(call: (id: TransferId) => Promise<T>): Promise<T>;
  problemOf(error: unknown): Problem;
  /** Tries at once instead of at `retryAtMs`. */
  retryNow(): void;
  close(): void;
}

/** `(client, signal) => client.inventory.watch(undefined, { signal })` */
export type StreamFactory<T> = (client: BackendClient, signal: AbortSignal) => Promise<AsyncIterable<T>>;

/** Waits between attempts; the last one repeats. */
const BACKOFF_MS = [250, 500, 1000, 2000, 5000];
/** For a handshake and the answer to `hello`. */
const ANSWER_WITHIN_MS = 10_000;

export function connect(platform: Platform): BackendConnection {
  let state: ConnectionState = { status: 'connecting' };
  let channel: RpcChannel | null = null;
  let skipWait = () => {};
  const listeners = new Set<() => void>();
  const ending = new AbortController();

  function setState(next: ConnectionState): void {
    state = next;
    for (const listener of [...listeners]) listener();
  }

  function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  const link: BackendLink = {
    async call(path, input, options) {
      if (state.status === 'connecting') await settled(subscribe, () => state.status !== 'connecting', options.signal);
      if (channel === null) throw new ChannelError(state.status === 'outdated' ? state.problem : toProblem('backendLost'));
      return channel.link.call(path, input, options);
    },
  };
  const client = createClient(link);

  /** One connection from its opening to its end. Returns when it has ended; throws when it did not come about. */
  async function hold(): Promise<void> {
    const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const opened = await platform.openRpc(signal);
    const close = () => opened.close();
    ending.signal.addEventListener('abort', close);
    try {
      const app = await createClient(opened.link).app.hello({ contractVersion: CONTRACT_VERSION }, { signal });
      channel = opened;
      setState({ status: 'connected', app });
      await opened.closed;
    } finally {
      channel = null;
      ending.signal.removeEventListener('abort', close);
      close();
    }
  }

  async function keepConnected(): Promise<void> {
    for (let failures = 0; !ending.signal.aborted; ) {
      let problem = toProblem('backendLost');
      try {
        await hold();
        failures = 0;
      } catch (error) {
        problem = connectionProblem(error);
      }
      if (ending.signal.aborted) return;
      if (problem.reason === 'versionMismatch') return setState({ status: 'outdated', problem });
      const wait = BACKOFF_MS[Math.min(failures++, BACKOFF_MS.length - 1)] ?? 0;
      setState({ status: 'lost', problem, retryAtMs: Date.now() + wait });
      await new Promise<void>((resolve) => {
        skipWait = resolve;
        const timer = setTimeout(resolve, wait);
        ending.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
      });
    }
  }

  async function follow<T>(open: StreamFactory<T>, onValue: (value: T) => void, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await settled(subscribe, () => state.status === 'connected' || signal.aborted, signal).catch(() => {});
      const used = channel;
      if (signal.aborted || used === null) continue;
      try {
        for await (const value of await open(client, signal)) {
          if (signal.aborted) return;
          onValue(value);
        }
        // The end of the connection also ends its streams.
        if (used === channel) return;
      } catch (error) {
        if (signal.aborted) return;
        if (used === channel && !(await endsSoon(used))) throw error;
      }
    }
  }

  void keepConnected();

  return {
    get state() {
      return state;
    },
    subscribe,
    client,
    follow,
    openTerminal: (id, events) =>
      openTerminalLink(
        {
          open: (signal) => platform.openTerminal(id, signal),
          connected: (signal) => settled(subscribe, () => state.status === 'connected', signal),
        },
        events,
      ),
    openDisplay: (id) => new DisplayChannel((signal) => platform.openDisplay(id, signal)),
    async sendFile(body, call) {
      const id = transferId.parse(crypto.randomUUID());
      const over = new AbortController();
      // When the bytes cannot be sent, the call fails and says so.
      const sent = platform.upload(id, body, AbortSignal.any([ending.signal, over.signal])).catch(() => {});
      try {
        return await call(id);
      } finally {
        over.abort();
        await sent;
      }
    },
    async saveFile(call) {
      const id = transferId.parse(crypto.randomUUID());
      const [result] = await Promise.all([call(id), platform.download(id)]);
      return result;
    },
    problemOf,
    retryNow: () => skipWait(),
    close: () => ending.abort(),
  };
}

function connectionProblem(error: unknown): Problem {
  const problem = problemOf(error);
  // Whatever broke a handshake, the page is without a backend: that is what to say.
  return problem.reason === 'versionMismatch' || problem.reason === 'signedOut' ? problem : toProblem('backendLost');
}

/** A stream may learn of the end of its connection a turn before the connection does. */
function endsSoon(channel: RpcChannel): Promise<boolean> {
  const turn = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 0));
  return Promise.race([channel.closed.then(() => true), turn]);
}

/** Resolves when `isSettled` holds; rejects with the signal's reason. */
function settled(subscribe: BackendConnection['subscribe'], isSettled: () => boolean, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    if (isSettled()) return resolve();
    const end = (settle: () => void) => {
      unsubscribe();
      signal?.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = () => end(() => reject(signal?.reason));
    const unsubscribe = subscribe(() => isSettled() && end(resolve));
    signal?.addEventListener('abort', onAbort);
  });
}
