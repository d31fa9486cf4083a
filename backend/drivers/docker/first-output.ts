import type { Duplex } from 'node:stream';
import type { MachineId } from '../../contract/index.ts';
import { type Containers, missing } from './containers.ts';
import type { EngineClient } from './engine-client.ts';

/** Notes when a workload's first byte arrives: it is attached before the start, so that no byte can pass unseen. */
export class FirstOutput {
  readonly #client: EngineClient;
  readonly #containers: Containers;
  readonly #attached = new Map<string, Duplex>();
  /** Armed while the previous run goes on: attached between its stop and the next start. */
  readonly #restarts = new Map<string, () => Promise<void>>();

  constructor(client: EngineClient, containers: Containers) {
    this.#client = client;
    this.#containers = containers;
  }

  /** @param signal ends the waiting, with null */
  async arm(id: MachineId, signal: AbortSignal): Promise<{ seen: Promise<number | null> }> {
    const container = await this.#containers.inspect(id, signal);
    const { promise: seen, resolve } = Promise.withResolvers<number | null>();
    const attach = () => this.#attach(container.Id, resolve, signal);
    if (container.State.Running) {
      this.#restarts.set(container.Id, attach);
      signal.addEventListener('abort', () => resolve(null), { once: true });
    } else {
      await attach();
    }
    return { seen };
  }

  async armBeforeRestart(nativeId: string): Promise<void> {
    const attach = this.#restarts.get(nativeId);
    this.#restarts.delete(nativeId);
    await attach?.();
  }

  /** The run did not come to be. */
  cancel(nativeId: string): void {
    this.#attached.get(nativeId)?.destroy();
  }

  async #attach(nativeId: string, seen: (atMs: number | null) => void, signal: AbortSignal): Promise<void> {
    const query = { stream: true, stdout: true, stderr: true };
    const socket = await this.#client.upgrade({ method: 'POST', path: `/containers/${nativeId}/attach`, query, refused: missing }, signal);
    this.#attached.set(nativeId, socket);
    const stop = () => socket.destroy();
    signal.addEventListener('abort', stop, { once: true });
    socket.once('data', () => {
      seen(performance.now());
      socket.destroy();
    });
    // Whatever ended it: a run that is over without a byte has none.
    socket.on('error', () => {});
    socket.once('close', () => {
      signal.removeEventListener('abort', stop);
      if (this.#attached.get(nativeId) === socket) this.#attached.delete(nativeId);
      seen(null);
    });
  }
}
