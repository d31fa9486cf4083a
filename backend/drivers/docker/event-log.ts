import type { Health, MachineEvent, MachineEventKind } from '../../contract/index.ts';
import type { EventMessage } from './engine-api.ts';

/** What is kept of one container; commands are many where somebody's tool runs one every few seconds. */
const MOST_EVENTS = 500;
const MOST_COMMANDS = 100;

/** An event and what tells it from every other, so that it is not told twice. */
export interface LoggedEvent {
  key: string;
  event: MachineEvent;
}

const KINDS: Record<string, MachineEventKind | undefined> = {
  create: 'created',
  start: 'started',
  die: 'ended',
  oom: 'outOfMemory',
  kill: 'signalled',
  pause: 'paused',
  unpause: 'resumed',
  rename: 'renamed',
  update: 'limitsChanged',
  commit: 'committed',
  exec_start: 'execStarted',
  // Podman's word.
  exec: 'execStarted',
  'health_status: healthy': 'healthy',
  'health_status: unhealthy': 'unhealthy',
};

/** The events of each container, as far as they were heard. An engine itself keeps few: Docker the last 256 of all containers together. */
export class EventLog {
  readonly #logs = new Map<string, LoggedEvent[]>();
  readonly #health = new Map<string, Health | null>();
  readonly #listeners = new Map<string, Set<(logged: LoggedEvent) => void>>();

  hear(message: EventMessage): void {
    if (message.Type === 'container' && /^(destroy|remove)$/.test(message.Action)) this.#forget(message.Actor.ID);
    const heard = readMessage(message);
    if (heard !== null) this.#add(heard.container, heard);
  }

  /** Podman tells of every check and not of what came out: a state that is another than when it was last seen is an event. */
  seeHealth(container: string, health: Health | null, timeMs: number): void {
    const before = this.#health.get(container);
    this.#health.set(container, health);
    if (before === undefined || before === health || health === null || health === 'starting') return;
    const isTold = this.#logs.get(container)?.findLast(({ event }) => event.kind === 'healthy' || event.kind === 'unhealthy');
    if (isTold?.event.kind === health) return;
    this.#add(container, { key: `${timeMs} ${health}`, event: { timeMs, kind: health, exitCode: null, detail: null } });
  }

  /** Oldest first, together with what the engine still keeps. */
  merge(container: string, messages: readonly EventMessage[]): LoggedEvent[] {
    const log = this.#logs.get(container) ?? [];
    const known = new Set(log.map(({ key }) => key));
    for (const message of messages) {
      const heard = readMessage(message);
      if (heard?.container === container && !known.has(heard.key)) log.push(heard);
    }
    log.sort((a, b) => a.event.timeMs - b.event.timeMs);
    this.#logs.set(container, shorten(log));
    return this.#logs.get(container) ?? [];
  }

  onEvent(container: string, listener: (logged: LoggedEvent) => void): Disposable {
    const listeners = this.#listeners.get(container) ?? new Set();
    this.#listeners.set(container, listeners.add(listener));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size === 0) this.#listeners.delete(container);
      },
    };
  }

  #forget(container: string): void {
    this.#logs.delete(container);
    this.#health.delete(container);
  }

  #add(container: string, logged: LoggedEvent): void {
    const log = this.#logs.get(container) ?? [];
    // The stream begins a second before it is opened, and may tell what was read already.
    if (log.some(({ key }) => key === logged.key)) return;
    log.push(logged);
    this.#logs.set(container, shorten(log));
    for (const listener of this.#listeners.get(container) ?? []) listener(logged);
  }
}

/** Null for what does not happen to a container, or is nothing to tell. */
export function readMessage(message: EventMessage): (LoggedEvent & { container: string }) | null {
  const { Type, Action, Actor } = message;
  const attributes = Actor.Attributes ?? {};
  const timeMs = message.timeNano / 1e6;
  const key = `${message.timeNano} ${Action}`;
  if (Type === 'network' && (Action === 'connect' || Action === 'disconnect')) {
    const kind = Action === 'connect' ? 'networkConnected' : 'networkDisconnected';
    // Podman names the container alone, as the actor.
    const container = attributes.container ?? Actor.ID;
    const detail = attributes.container === undefined ? null : (attributes.name ?? null);
    return { container, key: `${key} ${container}`, event: { timeMs, kind, exitCode: null, detail } };
  }
  if (Type !== 'container') return null;
  // The action of a command carries the command: `exec_start: sh -c …`.
  const [word = '', ...rest] = Action.startsWith('exec_') ? Action.split(': ') : [Action];
  const kind = KINDS[word];
  if (kind === undefined) return null;
  const exitCode = kind === 'ended' ? Number(attributes.exitCode ?? attributes.containerExitCode) : Number.NaN;
  const details: Partial<Record<MachineEventKind, string | undefined>> = {
    execStarted: rest.join(': '),
    signalled: attributes.signal,
    renamed: attributes.oldName?.replace(/^\//, ''),
  };
  const event = { timeMs, kind, exitCode: Number.isInteger(exitCode) ? exitCode : null, detail: details[kind] || null };
  return { container: Actor.ID, key, event };
}

function shorten(log: LoggedEvent[]): LoggedEvent[] {
  const commands = log.filter(({ event }) => event.kind === 'execStarted');
  if (log.length <= MOST_EVENTS && commands.length <= MOST_COMMANDS) return log;
  const tooMany = new Set(commands.slice(0, -MOST_COMMANDS));
  return log.filter((logged) => !tooMany.has(logged)).slice(-MOST_EVENTS);
}
