import type { LogEvent, LogRange, MachineId, Problem } from '../../../backend/contract/index.ts';
import type { BackendConnection } from '../../backend/index.ts';
import { LOG_LINES, LogBuffer } from './log-buffer.ts';

/** `reading`: the lines that are there already come; `following`: new ones come as they are written. */
export type LogStatus = 'reading' | 'following' | 'ended' | 'failed';

/** How long no line may come until what was there already counts as read. */
const SETTLED_AFTER_MS = 250;

export interface FollowedLogOptions {
  connection: BackendConnection;
  ids: readonly MachineId[];
  range: LogRange;
  /** @param source which of them; null when nothing can be read */
  onProblem: (problem: Problem, source: number | null) => void;
}

/** The log of one machine, or of many merged, read into a buffer; read anew after every reconnect. */
export class FollowedLog {
  readonly buffer = new LogBuffer();
  readonly #listeners = new Set<() => void>();
  readonly #ending = new AbortController();
  #status: LogStatus = 'reading';
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor({ connection, ids, range, onProblem }: FollowedLogOptions) {
    const inRange = range.sinceMs !== null || range.untilMs !== null;
    const onEvent = (event: LogEvent) => {
      if (event.type === 'failed') return onProblem(event.problem, event.source);
      this.buffer.append(event);
      this.#settle();
    };
    // The engine counts the newest lines before it looks at their times.
    const request = { ids: [...ids], ...range, follow: range.untilMs === null, tail: inRange ? null : LOG_LINES };
    connection
      .follow(
        (client, signal) => {
          this.buffer.clear();
          this.#set('reading');
          this.#settle();
          return client.logs.read(request, { signal });
        },
        onEvent,
        this.#ending.signal,
      )
      .then(
        () => this.#set('ended'),
        (error) => {
          this.#set('failed');
          onProblem(connection.problemOf(error), null);
        },
      );
  }

  get status(): LogStatus {
    return this.#status;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  dispose(): void {
    this.#ending.abort();
    clearTimeout(this.#settling);
    this.#listeners.clear();
  }

  #settle(): void {
    if (this.#status !== 'reading') return;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#set('following'), SETTLED_AFTER_MS);
  }

  #set(status: LogStatus): void {
    clearTimeout(this.#settling);
    if (this.#ending.signal.aborted || status === this.#status) return;
    this.#status = status;
    for (const listener of this.#listeners) listener();
  }
}
