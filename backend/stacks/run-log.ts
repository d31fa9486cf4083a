import { type StackRef, type StackRun, stackKey } from '../contract/index.ts';
import { type Clock, Latest, type Scope } from '../core/index.ts';

const KEPT_LINES = 1000;
const TELL_EVERY_MS = 100;

export interface RunWriter {
  /** Once it is known what is run. */
  rename(commandLine: string): void;
  write(line: string): void;
  end(how: Pick<StackRun, 'state' | 'problem'>): void;
}

/** The last run of each stack, with what it wrote. */
export class RunLog {
  readonly #runs = new Map<string, Latest<StackRun | null>>();
  readonly #clock: Clock;
  readonly #scope: Scope;

  constructor(clock: Clock, scope: Scope) {
    this.#clock = clock;
    this.#scope = scope;
  }

  /** Null until something is run. Slow reader: `latest`. */
  watch(ref: StackRef, signal: AbortSignal): AsyncIterable<StackRun | null> {
    return this.#of(ref).watch(signal);
  }

  /** Replaces what was kept of the run before. */
  begin(ref: StackRef, run: Pick<StackRun, 'taskId' | 'commandLine'>): RunWriter {
    const latest = this.#of(ref);
    const lines: string[] = [];
    let current: StackRun = { ...run, state: 'running', lines: [], problem: null };
    let waiting = false;
    const tell = () => latest.set({ ...current, lines: [...lines] });
    tell();
    return {
      rename: (commandLine) => {
        current = { ...current, commandLine };
        tell();
      },
      write: (line) => {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.splice(0, lines.length - KEPT_LINES);
        if (waiting) return;
        waiting = true;
        this.#scope.run(async (signal) => {
          await this.#clock.sleep(TELL_EVERY_MS, signal);
          waiting = false;
          tell();
        });
      },
      end: (how) => {
        current = { ...current, ...how };
        tell();
      },
    };
  }

  #of(ref: StackRef): Latest<StackRun | null> {
    const key = stackKey(ref);
    const known = this.#runs.get(key) ?? new Latest<StackRun | null>(null);
    this.#runs.set(key, known);
    return known;
  }
}
