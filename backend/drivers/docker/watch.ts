import { text } from 'node:stream/consumers';
import { type EngineId, toMachineId } from '../../contract/index.ts';
import { AppError, type Clock, Scope } from '../../core/index.ts';
import type { DriverEvent, ListedKind } from '../driver.ts';
import { type Containers, HIDDEN_LABEL } from './containers.ts';
import type { EventMessage } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import type { EventLog } from './event-log.ts';
import { jsonLines } from './json-lines.ts';

const PING_EVERY_MS = 10_000;
const PING_TIMEOUT_MS = 10_000;
/** Podman's events come from a file, and now and then one is lost, or comes before what it tells of is done. */
const COMPARE_EVERY_PINGS = 2;
/** In an engine's words, and in ours. */
const UP = /^(running|paused|restarting|starting|stopping|removing)$/;
/** Containers asked at once when many change together. */
const BATCH = 16;

/** Event types whose events mean that a list is another. */
const LISTED_BY_TYPE: Record<string, ListedKind | undefined> = { image: 'images', volume: 'volumes', network: 'networks', pod: 'pods' };

/** Events that change nothing which a machine shows. */
const IGNORED = /^(exec|attach|detach|resize|top|export|archive-path|copy|extract-to-dir|mount|unmount|sync)/;

export interface WatchDeps {
  engineId: EngineId;
  client: EngineClient;
  containers: Containers;
  /** Whether containers may be in pods, whose state follows theirs. */
  pods: boolean;
  clock: Clock;
  /** Hears every event. */
  eventLog: EventLog;
  /** Seconds since 1970 on the engine's own clock. */
  engineSeconds: () => number;
}

/**
 * The engine's events, each container's last state once: many events of one container lead to one inspect. A ping tells
 * a connection that died without a word (a suspended laptop, a pulled cable) from an engine where nothing happens.
 */
export async function* watchEngine(deps: WatchDeps, signal: AbortSignal): AsyncGenerator<DriverEvent, void> {
  const pending = new Pending();
  using _touches = deps.containers.onTouch((nativeId) => pending.addContainer(nativeId));
  await using scope = new Scope((error) => pending.fail(error));
  const ends = AbortSignal.any([signal, scope.signal]);
  const wake = () => pending.wake();
  ends.addEventListener('abort', wake);
  // A second more than since the call: events of the moment in which the stream is opened are repeated, not lost.
  const since = Math.floor(deps.engineSeconds()) - 1;
  scope.run(() => readEvents({ ...deps, since, pending }, ends));
  const told = new Map<string, boolean>();
  scope.run(() => ping(deps, { told, pending }, ends));

  while (true) {
    await pending.ready(() => signal.aborted);
    if (signal.aborted) return;
    for (const kind of pending.takeLists()) yield { type: kind };
    const ids = pending.takeContainers(BATCH);
    const machines = await Promise.all(ids.map((nativeId) => deps.containers.get(nativeId, ends)));
    for (const [index, nativeId] of ids.entries()) {
      const machine = machines[index];
      if (machine) deps.eventLog.seeHealth(nativeId, machine.health, deps.clock.now());
      if (machine) told.set(nativeId, UP.test(machine.state));
      else told.delete(nativeId);
      if (machine) yield { type: 'machine', machine };
      else yield { type: 'machineRemoved', id: toMachineId(deps.engineId, nativeId) };
    }
  }
}

async function readEvents(
  { client, eventLog, pods, since, pending }: WatchDeps & { since: number; pending: Pending },
  signal: AbortSignal,
): Promise<void> {
  const body = await client.stream({ method: 'GET', path: '/events', query: { since } }, signal);
  try {
    for await (const batch of jsonLines<EventMessage>(body)) {
      for (const message of batch) {
        const { Type, Action, Actor } = message;
        eventLog.hear(message);
        if (Type === 'network' && /^(dis)?connect$/.test(Action)) {
          // Who is on a network stands at the containers.
          if (Actor.Attributes?.container !== undefined) pending.addContainer(Actor.Attributes.container);
          continue;
        }
        const list = LISTED_BY_TYPE[Type];
        if (list !== undefined) pending.addList(list);
        if (Type !== 'container' || IGNORED.test(Action) || Actor.Attributes?.[HIDDEN_LABEL] !== undefined) continue;
        pending.addContainer(Actor.ID);
        if (pods) pending.addList('pods');
      }
    }
  } catch (error) {
    throw client.translate(error, signal);
  }
  throw new AppError('engineUnreachable', { engine: client.engine.name, message: 'it closed its event stream' });
}

/** Whether the engine is there, and now and then whether what was told of its containers is so. */
async function ping(deps: WatchDeps, of: { told: Map<string, boolean>; pending: Pending }, signal: AbortSignal): Promise<void> {
  for (let turn = 1; ; turn++) {
    await deps.clock.sleep(PING_EVERY_MS, signal);
    await pingOnce(deps, signal);
    if (turn % COMPARE_EVERY_PINGS === 0) await compareStates(deps, of, signal);
  }
}

/** Looks again at every container that is up or down against what was last told of it. */
async function compareStates(
  { containers, pods }: WatchDeps,
  { told, pending }: { told: Map<string, boolean>; pending: Pending },
  signal: AbortSignal,
): Promise<void> {
  const now = new Map((await containers.summaries(signal)).map(({ Id, State }) => [Id, UP.test(State)]));
  for (const id of told.keys()) if (told.get(id) !== now.get(id)) pending.addContainer(id);
  if (pods) pending.addList('pods');
  // What nothing was told of yet has been listed as it is.
  for (const [id, isUp] of now) if (!told.has(id)) told.set(id, isUp);
}

async function pingOnce({ client, clock }: WatchDeps, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const answer = client.stream({ method: 'GET', path: '/_ping' }, either).then(text);
  const late = clock.sleep(PING_TIMEOUT_MS, either).then(() => {
    throw new AppError('engineUnreachable', { engine: client.engine.name, message: `no answer for ${PING_TIMEOUT_MS / 1000} s` });
  });
  try {
    await Promise.race([answer, late]);
  } finally {
    over.abort();
    await Promise.allSettled([answer, late]);
  }
}

/** What has to be looked at; a set, so that a burst costs one look. */
class Pending {
  readonly #containers = new Set<string>();
  readonly #lists = new Set<ListedKind>();
  #failure: unknown;
  #wake = () => {};

  addContainer(nativeId: string): void {
    this.#containers.add(nativeId);
    this.#wake();
  }

  addList(kind: ListedKind): void {
    this.#lists.add(kind);
    this.#wake();
  }

  fail(error: unknown): void {
    this.#failure ??= error;
    this.#wake();
  }

  wake(): void {
    this.#wake();
  }

  /** @throws what `fail` was given */
  async ready(isOver: () => boolean): Promise<void> {
    while (!isOver() && this.#failure === undefined && this.#lists.size === 0 && this.#containers.size === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (!isOver() && this.#failure !== undefined) throw this.#failure;
  }

  takeLists(): ListedKind[] {
    const taken = [...this.#lists];
    this.#lists.clear();
    return taken;
  }

  takeContainers(count: number): string[] {
    const taken = [...this.#containers].slice(0, count);
    for (const nativeId of taken) this.#containers.delete(nativeId);
    return taken;
  }
}
