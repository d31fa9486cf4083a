import type { LogLine, MachineId } from '../../../../backend/contract/index.ts';
import type { BackendConnection } from '../../../backend/index.ts';
import { LOG_LINES, LogBuffer } from './log-buffer.ts';

/** `reading`: the lines that are there already come; `following`: new ones come as they are written. */
export type LogStatus = 'reading' | 'following' | 'ended' | 'failed';

/** How long no line may come until what was there already counts as read. */
const SETTLED_AFTER_MS = 250;

/** One machine's log, read into a buffer from the newest `LOG_LINES` on; read anew after every reconnect. */
export class FollowedLog {
  readonly buffer = new LogBuffer();
  readonly #listeners = new Set<() => void>();
  readonly #ending = new AbortController();
  #status: LogStatus = 'reading';
  #settling: ReturnType<typeof setTimeout> | undefined;

  constructor(options: { connection: BackendConnection; id: MachineId; onProblem: (error: unknown) => void }) {
    const { connection, id, onProblem } = options;
    const onLines = (lines: LogLine[]) => {
      this.buffer.append(lines);
      this.#settle();
    };
    connection
      .follow(
        (client, signal) => {
          this.buffer.clear();
          this.#set('reading');
          this.#settle();
          return client.machines.logs({ id, follow: true, tail: LOG_LINES }, { signal });
        },
        onLines,
        this.#ending.signal,
      )
      .then(
        () => this.#set('ended'),
        (error) => {
          this.#set('failed');
          onProblem(error);
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
