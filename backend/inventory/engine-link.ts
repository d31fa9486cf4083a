import type { Machine } from '../contract/index.ts';
import { AppError, type Clock, isAbort, type Logger, toAppError } from '../core/index.ts';
import { type Driver, type DriverEvent, type EngineCandidate, LISTED, type ListedKind } from '../drivers/driver.ts';
import { facetsOf } from '../drivers/facets.ts';
import type { InventoryStore, Listed } from './inventory-store.ts';

const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 5_000;

/** One engine, for as long as the app knows of it: connects, lists, follows, and begins again when the engine was away. */
export class EngineLink {
  readonly candidate: EngineCandidate;
  readonly #store: InventoryStore;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #attempt = Promise.withResolvers<void>();
  #driver: Driver | null = null;
  #wakeRetry: (() => void) | null = null;
  everHealthy = false;

  constructor(candidate: EngineCandidate, deps: { store: InventoryStore; clock: Clock; logger: Logger }) {
    this.candidate = candidate;
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#logger = deps.logger.child({ engineId: candidate.engineId });
  }

  /** Null while the engine does not answer. */
  get driver(): Driver | null {
    return this.#driver;
  }

  /** Tries at once instead of after the pause; resolves when the attempt is over, whatever came of it. */
  retryNow(): Promise<void> {
    this.#wakeRetry?.();
    return this.#attempt.promise;
  }

  /** Shows them as they are now, without waiting for the engine's event. */
  async list(kind: ListedKind, signal: AbortSignal): Promise<void> {
    const driver = this.#driver;
    if (driver !== null) this.#show(driver, await listOne(driver, kind, signal));
  }

  async run(signal: AbortSignal): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    this.#store.setEngine(this.candidate.engine);
    while (!signal.aborted) {
      try {
        await this.#followOnce(signal, () => {
          retryMs = FIRST_RETRY_MS;
        });
      } catch (error) {
        if (signal.aborted) break;
        this.#becomeUnreachable(error);
      }
      this.#attemptOver();
      await this.#pause(retryMs, signal);
      retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
    }
    this.#attemptOver();
  }

  #attemptOver(): void {
    this.#attempt.resolve();
    this.#attempt = Promise.withResolvers<void>();
  }

  async #followOnce(signal: AbortSignal, onHealthy: () => void): Promise<void> {
    await using driver = await this.candidate.connect(signal);
    // Ends the event stream before the driver is disposed, whatever ended the loop.
    const ended = new AbortController();
    const events = driver.watch(AbortSignal.any([signal, ended.signal]))[Symbol.asyncIterator]();
    try {
      // Asked for before the listing, so that nothing which happens during it is missed.
      let next = events.next();
      const [machines, listed] = await listAll(driver, signal);
      this.#driver = driver;
      this.everHealthy = true;
      this.#store.setEngine({ ...driver.engine(), facets: facetsOf(driver) });
      this.#show(driver, listed);
      this.#store.replaceMachines(driver.engineId, machines);
      onHealthy();
      this.#attemptOver();
      while (true) {
        const { done, value } = await next;
        if (done) throw new AppError('engineUnreachable', { engine: this.candidate.engine.name, message: 'its event stream ended' });
        await this.#take(driver, value, signal);
        next = events.next();
      }
    } finally {
      this.#driver = null;
      ended.abort();
      await events.return?.().catch(() => {});
    }
  }

  async #take(driver: Driver, event: DriverEvent, signal: AbortSignal): Promise<void> {
    if (event.type === 'machine') this.#store.setMachine(event.machine);
    else if (event.type === 'machineRemoved') this.#store.removeMachine(event.id);
    else if (event.type === 'engine') this.#store.setEngine({ ...event.engine, facets: facetsOf(driver) });
    else if (event.type !== 'resync') this.#show(driver, await listOne(driver, event.type, signal));
    else {
      const [machines, listed] = await listAll(driver, signal);
      this.#show(driver, listed);
      this.#store.replaceMachines(driver.engineId, machines);
    }
  }

  #show({ engineId }: Driver, listed: Partial<Listed>): void {
    this.#store.replaceListed(engineId, listed);
  }

  #becomeUnreachable(error: unknown): void {
    const { problem } = toAppError(error);
    if (!isAbort(error)) this.#logger.warn('engine does not answer', { problem });
    this.#store.clearEngine(this.candidate.engineId);
    this.#store.setEngine({ ...this.candidate.engine, health: { status: 'unreachable', problem } });
  }

  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    this.#wakeRetry = () => woken.abort();
    await this.#clock.sleep(ms, AbortSignal.any([signal, woken.signal])).catch(() => {});
    this.#wakeRetry = null;
  }
}

async function listAll(driver: Driver, signal: AbortSignal): Promise<[Machine[], Partial<Listed>]> {
  const [machines, ...listed] = await Promise.all([driver.list(signal), ...LISTED.map((kind) => listOne(driver, kind, signal))]);
  return [machines, Object.assign({}, ...listed)];
}

/** Nothing where the engine has none of them. */
async function listOne(driver: Driver, kind: ListedKind, signal: AbortSignal): Promise<Partial<Listed>> {
  return { [kind]: await driver[kind]?.list(signal) };
}
