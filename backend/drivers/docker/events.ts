import { type MachineEvent, type MachineEventKind, splitId } from '../../contract/index.ts';
import { Queue } from '../../core/index.ts';
import type { EventsFacet } from '../events.ts';
import { SHELL_NAME } from '../shell-files/scripts.ts';
import type { Containers } from './containers.ts';
import type { ContainerInspect, EventMessage } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import type { EventLog, LoggedEvent } from './event-log.ts';
import { healthCommand } from './health.ts';
import { jsonLines } from './json-lines.ts';
import { timeOf } from './machines.ts';

/** An event and what an inspection says of the same moment differ by so much at most. */
const SAME_MS = 2000;
/** A page that does not read is told no more than this. */
const MOST_WAITING = 1000;

export interface EventsDeps {
  client: EngineClient;
  containers: Containers;
  log: EventLog;
  /** Seconds since 1970 on the engine's own clock. */
  engineSeconds: () => number;
}

/** What the engine still keeps, what was heard since the app runs, what an inspection tells, and then what happens. */
export function createEvents({ client, containers, log, engineSeconds }: EventsDeps): EventsFacet {
  async function kept(since: number, signal: AbortSignal): Promise<EventMessage[]> {
    // Podman takes several types for one that is all of them: it is not asked for any.
    const query = { since, until: Math.ceil(engineSeconds()) };
    const body = await client.stream({ method: 'GET', path: '/events', query }, signal);
    const messages: EventMessage[] = [];
    try {
      for await (const batch of jsonLines<EventMessage>(body)) messages.push(...batch);
    } catch (error) {
      throw client.translate(error, signal);
    }
    return messages;
  }

  return {
    async *watch(id, signal) {
      const { nativeId } = splitId(id);
      const container = await containers.inspect(id, signal);
      const live = new Queue<LoggedEvent>(MOST_WAITING);
      const isShown = isOfInterest(container);
      using _listening = log.onEvent(nativeId, (logged) => {
        if (isShown(logged.event) && !live.push(logged)) live.end();
      });
      const end = () => live.end();
      signal.addEventListener('abort', end);
      const created = (timeOf(container.Created) ?? 0) / 1000;
      const past = log.merge(nativeId, await kept(Math.max(1, Math.floor(created) - 1), signal));
      const told = new Set(past.map(({ key }) => key));
      const heard = past.map(({ event }) => event).filter(isShown);
      const all = withInspected(heard, container);
      // An inspection may be ahead of the engine's own word, which then says nothing new.
      const known = all.filter((event) => !heard.includes(event));
      yield all;
      for await (const { key, event } of live) if (!told.has(key) && !isAmong(known, event)) yield [event];
      signal.removeEventListener('abort', end);
    },
  };
}

/** The engine runs a health check as a command, every few seconds; and whoever looks at files runs our scripts. */
function isOfInterest(container: ContainerInspect): (event: MachineEvent) => boolean {
  const words = healthCommand(container)?.at(-1);
  return ({ kind, detail }) => {
    if (kind !== 'execStarted' || detail === null) return true;
    return !(words !== undefined && detail.endsWith(words)) && !detail.includes(SHELL_NAME);
  };
}

function isAmong(events: readonly MachineEvent[], { kind, timeMs }: Pick<MachineEvent, 'kind' | 'timeMs'>): boolean {
  return events.some((event) => event.kind === kind && Math.abs(event.timeMs - timeMs) < SAME_MS);
}

/** An engine forgets its events, at the latest when it starts again; of the last run an inspection still tells. */
export function withInspected(events: readonly MachineEvent[], container: ContainerInspect): MachineEvent[] {
  const { State: state } = container;
  const all = [...events];
  const add = (kind: MachineEventKind, timeMs: number | null, exitCode: number | null = null) => {
    if (timeMs !== null && !isAmong(all, { kind, timeMs })) all.push({ timeMs, kind, exitCode, detail: null });
  };
  add('created', timeOf(container.Created));
  add('started', timeOf(state.StartedAt));
  if (!state.Running) {
    if (state.OOMKilled && !all.some(({ kind }) => kind === 'outOfMemory')) add('outOfMemory', timeOf(state.FinishedAt));
    add('ended', timeOf(state.FinishedAt), state.ExitCode);
  }
  return all.sort((a, b) => a.timeMs - b.timeMs);
}
