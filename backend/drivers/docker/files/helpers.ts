import type { Duplex } from 'node:stream';
import { AppError, type Clock, isAbort, type Logger, messageOf, Scope } from '../../../core/index.ts';
import { LABELS } from '../../driver.ts';
import { PROBE, SHELL_NAME } from '../../shell-files/scripts.ts';
import { ScriptFailure } from '../../shell-files/shell.ts';
import { HIDDEN_LABEL } from '../containers.ts';
import type { ImageSummary } from '../engine-api.ts';
import type { EngineClient } from '../engine-client.ts';
import { closing } from '../terminal-connection.ts';
import { runScript } from './shell.ts';

/** A person who browses comes back within this time; each new helper costs about half a second. */
const IDLE_MS = 20_000;
/** Images tried as a helper, until one has a shell and the tools. */
const MOST_IMAGES = 6;
const END_WITHIN_MS = 20_000;

/** What a helper needs of its engine besides an image. */
export interface HelperSpec {
  /** For sentences. */
  name: string;
  hostConfig: Record<string, unknown>;
}

export interface Helper {
  containerId: string;
  release(): void;
}

interface Running {
  containerId: Promise<string>;
  socket: Duplex | null;
  users: number;
  idle: AbortController | null;
}

/**
 * Hidden containers that only lend their shell: to volumes, to containers that do not run, to those without a shell. One for
 * each key, shared, and ended when nobody has used it for a while. Each waits on its standard input and removes itself, so
 * that it ends with the app, however that ends.
 */
export class Helpers implements AsyncDisposable {
  readonly #client: EngineClient;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #running = new Map<string, Running>();
  readonly #scope: Scope;

  constructor(deps: { client: EngineClient; clock: Clock; logger: Logger }) {
    this.#client = deps.client;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
    this.#scope = new Scope((error) => this.#logger.warn('a helper container could not be ended', { error }));
  }

  /** @throws AppError filesUnreachable */
  async use(key: string, spec: HelperSpec, signal: AbortSignal): Promise<Helper> {
    let running = this.#running.get(key);
    if (running === undefined) {
      running = { containerId: Promise.resolve(''), socket: null, users: 0, idle: null };
      this.#running.set(key, running);
      const started = running;
      running.containerId = this.#start(spec, started, signal).catch((error) => {
        if (this.#running.get(key) === started) this.#running.delete(key);
        throw error;
      });
    }
    const used = running;
    used.idle?.abort();
    used.idle = null;
    used.users++;
    let released = false;
    const release = () => {
      if (released) return;
      released = true;
      used.users--;
      if (used.users === 0) this.#endWhenIdle(key, used);
    };
    try {
      return { containerId: await used.containerId, release };
    } catch (error) {
      used.users--;
      throw error;
    }
  }

  /** Ends it now: what it holds is to be removed. */
  async close(key: string): Promise<void> {
    const running = this.#running.get(key);
    if (running === undefined) return;
    this.#running.delete(key);
    running.idle?.abort();
    await this.#end(running);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope[Symbol.asyncDispose]();
    await Promise.all([...this.#running.keys()].map((key) => this.close(key)));
  }

  #endWhenIdle(key: string, running: Running): void {
    const idle = new AbortController();
    running.idle = idle;
    this.#scope.run(async (signal) => {
      await this.#clock.sleep(IDLE_MS, AbortSignal.any([signal, idle.signal]));
      if (this.#running.get(key) === running && running.users === 0) await this.close(key);
    });
  }

  async #start(spec: HelperSpec, running: Running, signal: AbortSignal): Promise<string> {
    const images = await this.#client.call<ImageSummary[]>({ method: 'GET', path: '/images/json' }, signal);
    // The starter image has all the tools; any other is worth a try, the smallest first.
    const isStarter = ({ Labels }: ImageSummary) => Labels?.[LABELS.starter] !== undefined;
    const inOrder = images.toSorted((a, b) => Number(isStarter(b)) - Number(isStarter(a)) || a.Size - b.Size);
    let cause: unknown = new Error('no image is here');
    for (const image of inOrder.slice(0, MOST_IMAGES)) {
      try {
        return await this.#startOf(image.Id, spec, running, signal);
      } catch (error) {
        if (signal.aborted || isAbort(error)) throw error;
        cause = error;
      }
    }
    throw new AppError('filesUnreachable', { name: spec.name, message: messageOf(cause) }, { cause });
  }

  async #startOf(image: string, spec: HelperSpec, running: Running, signal: AbortSignal): Promise<string> {
    const client = this.#client;
    const body = {
      Image: image,
      Entrypoint: ['/bin/sh'],
      Cmd: ['-c', 'mkdir -p /catamaran/root; cat >/dev/null'],
      User: '0',
      WorkingDir: '/',
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Labels: { [HIDDEN_LABEL]: 'files' },
      OpenStdin: true,
      StdinOnce: true,
      AttachStdin: true,
      Tty: false,
      NetworkDisabled: true,
      StopTimeout: 1,
      HostConfig: { AutoRemove: true, NetworkMode: 'none', LogConfig: { Type: 'none' }, ...spec.hostConfig },
    };
    const { Id } = await client.call<{ Id: string }>({ method: 'POST', path: '/containers/create', body }, signal);
    try {
      running.socket = await client.upgrade(
        { method: 'POST', path: `/containers/${Id}/attach`, query: { stream: true, stdin: true } },
        signal,
      );
      void closing(running.socket);
      running.socket.resume();
      await client.call({ method: 'POST', path: `/containers/${Id}/start` }, signal);
      const place = { containerId: Id, name: spec.name, root: '/', knowsNames: false, command: () => [] };
      await runScript(
        { client, clock: this.#clock, logger: this.#logger },
        place,
        { command: ['/bin/sh', '-c', PROBE, SHELL_NAME] },
        signal,
      );
      return Id;
    } catch (error) {
      await this.#remove(Id, running.socket);
      if (error instanceof ScriptFailure) throw new Error(`the image ${image.slice(0, 19)} lacks the tools`, { cause: error });
      throw error;
    }
  }

  async #end(running: Running): Promise<void> {
    const id = await running.containerId.catch(() => null);
    if (id !== null) await this.#remove(id, running.socket);
  }

  /** Not stopped by a cancel. It may be gone already, or going by itself. */
  async #remove(nativeId: string, socket: Duplex | null): Promise<void> {
    socket?.destroy();
    const signal = AbortSignal.timeout(END_WITHIN_MS);
    const path = `/containers/${nativeId}`;
    const gone = () => undefined;
    // Podman would ask it to end first, and wait for 10 s.
    await this.#client.call({ method: 'POST', path: `${path}/stop`, query: { t: 0 } }, signal).catch(gone);
    await this.#client.call({ method: 'DELETE', path, query: { force: true, v: true } }, signal).catch(gone);
    while (await this.#exists(path, signal)) await this.#clock.sleep(20, signal);
  }

  async #exists(path: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#client.call({ method: 'GET', path: `${path}/json` }, signal);
      return true;
    } catch {
      return false;
    }
  }
}
