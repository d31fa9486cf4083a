import {
  type EngineId,
  type Image,
  type ImageId,
  type InventoryEvent,
  type Machine,
  type MachineId,
  type NetworkId,
  type PodId,
  splitId,
  type VolumeId,
} from '../contract/index.ts';
import { AppError, type Clock, isAbort, type Logger, Scope, toAppError } from '../core/index.ts';
import type { Driver, EngineFinder, ListedKind } from '../drivers/driver.ts';
import type { Host } from '../hosts/host.ts';
import { EngineLink } from './engine-link.ts';
import { InventoryStore, type Listed, type MachineMark } from './inventory-store.ts';

/** Looking for engines is a few file look-ups. */
const SEARCH_EVERY_MS = 5_000;

export interface Inventory extends AsyncDisposable {
  /** A snapshot, then changes; a reader that falls behind gets a new snapshot. */
  watch(signal: AbortSignal): AsyncIterable<InventoryEvent>;
  /** Looks for engines now, and retries those that do not answer; returns when each has been tried once. */
  search(signal: AbortSignal): Promise<void>;
  /** @throws AppError machineMissing */
  machine(id: MachineId): Machine;
  /** @throws AppError imageMissing */
  image(id: ImageId): Image;
  machines(): Machine[];
  listed<Kind extends keyof Listed>(kind: Kind): Listed[Kind];
  /** After it, what was made before the call is shown: the engine's own word of it may come later. */
  list(id: EngineId, kind: ListedKind, signal: AbortSignal): Promise<void>;
  /** The engines that answer. */
  drivers(): Driver[];
  /** @throws AppError engineUnreachable */
  driver(id: EngineId): Driver;
  /** @throws AppError engineUnreachable */
  driverOf(id: MachineId | ImageId | VolumeId | NetworkId | PodId): Driver;
  /** What the engine cannot know of its machine. */
  mark(id: MachineId, mark: Partial<MachineMark>): void;
  /** What the mark says is done: it ends with the engine's own word of it, so that no older state shows in between. */
  settle(id: MachineId): void;
}

export function createInventory(deps: {
  hosts: readonly Host[];
  finders: readonly EngineFinder[];
  clock: Clock;
  logger: Logger;
}): Inventory {
  const { clock, logger } = deps;
  const store = new InventoryStore();
  const links = new Map<EngineId, { link: EngineLink; scope: Scope }>();
  const scope = new Scope((error) => logger.error('inventory work failed', { error }));

  async function find(signal: AbortSignal): Promise<void> {
    for (const host of deps.hosts) {
      const found = new Set<EngineId>();
      for (const finder of deps.finders) {
        for (const candidate of await finder.find(host, signal)) {
          found.add(candidate.engineId);
          if (!links.has(candidate.engineId) && !signal.aborted) open(candidate);
        }
      }
      await forget(host, found);
    }
  }

  function open(candidate: ConstructorParameters<typeof EngineLink>[0]): void {
    const link = new EngineLink(candidate, { store, clock, logger });
    const linkScope = new Scope((error) => logger.error('engine link failed', { engineId: candidate.engineId, error }));
    linkScope.run((signal) => link.run(signal));
    links.set(candidate.engineId, { link, scope: linkScope });
  }

  /** An engine that was never there when it counted goes without a trace; one that was in use stays, as unreachable. */
  async function forget(host: Host, found: Set<EngineId>): Promise<void> {
    for (const [id, { link, scope: linkScope }] of links) {
      if (found.has(id) || link.everHealthy || link.candidate.engine.hostId !== host.id) continue;
      links.delete(id);
      await linkScope[Symbol.asyncDispose]();
      store.removeEngine(id);
    }
  }

  // One look at a time: a second caller waits for the one under way, then looks itself.
  let looking: Promise<void> = Promise.resolve();
  function findNow(): Promise<void> {
    looking = looking.then(async () => {
      try {
        if (!scope.signal.aborted) await find(scope.signal);
      } catch (error) {
        if (!isAbort(error)) logger.warn('search for engines failed', { error: toAppError(error) });
      }
    });
    return looking;
  }

  function driver(id: EngineId): Driver {
    const found = links.get(id)?.link.driver;
    if (!found) throw new AppError('engineUnreachable', { engine: links.get(id)?.link.candidate.engine.name ?? id, message: 'it is away' });
    return found;
  }

  scope.run(async (signal) => {
    for (const host of deps.hosts) store.setHost(await host.facts(signal));
    while (!signal.aborted) {
      await findNow();
      await clock.sleep(SEARCH_EVERY_MS, signal);
    }
  });

  return {
    watch: (signal) => store.watch(signal),
    async search(signal) {
      await findNow();
      signal.throwIfAborted();
      const waiting = [...links.values()].filter(({ link }) => link.driver === null);
      await Promise.all(waiting.map(({ link }) => link.retryNow()));
    },
    machine: (id) => store.machine(id),
    image: (id) => store.image(id),
    machines: () => store.machines(),
    listed: (kind) => store.listed(kind),
    list: async (id, kind, signal) => await links.get(id)?.link.list(kind, signal),
    drivers: () => [...links.values()].flatMap(({ link }) => link.driver ?? []),
    driver,
    driverOf: (id) => driver(splitId(id).engineId),
    mark: (id, mark) => store.mark(id, mark),
    settle: (id) => store.settle(id),
    async [Symbol.asyncDispose]() {
      await scope[Symbol.asyncDispose]();
      await Promise.all([...links.values()].map(({ scope: linkScope }) => linkScope[Symbol.asyncDispose]()));
    },
  };
}
