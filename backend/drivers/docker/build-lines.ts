import type { BuildEvent, BuilderStep } from '../builds.ts';

/** `Step 3/7 : RUN make` (Docker), `STEP 3/7: RUN make` and `[2/3] STEP 1/4: FROM x AS y` (Podman). */
const STEP = /^(?:\[(?<stage>\d+)\/\d+\] )?step (?<position>\d+)(?:\/\d+)? ?: (?<name>.*)$/is;
const CACHED = /^(?: ---> Using cache|(?:\[\d+\/\d+\] )?--> Using cache )/;
/** Docker writes what comes from standard error in red. */
const RED = '\u001b[91m';
const PLAIN = '\u001b[0m';
const NO_LOG =
  /^(?: ---> |(?:\[\d+\/\d+\] )?--> |Removing intermediate container |Successfully (?:built|tagged) |(?:\[\d+\/\d+\] )?COMMIT |[0-9a-f]{64}$)/;

/**
 * The steps of a builder that only writes lines: one after the other, each of them begins when the one before has ended. What
 * stands between belongs to the step that runs.
 */
export class BuildLines {
  readonly #onEvent: (event: BuildEvent) => void;
  readonly #now: () => number;
  #stages = 0;
  #position = 0;
  #current: BuilderStep | null = null;
  #rest = '';

  constructor(onEvent: (event: BuildEvent) => void, now: () => number) {
    this.#onEvent = onEvent;
    this.#now = now;
  }

  /** Text as it comes: a line may come in pieces. */
  add(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line.replace(/\r$/, ''));
  }

  /** @param error why the build ended without an image; null after a success */
  end(error: string | null): void {
    if (this.#rest !== '') this.#line(this.#rest);
    this.#rest = '';
    this.#finish(error === null ? 'done' : 'failed', error);
  }

  cancel(): void {
    this.#finish('cancelled', null);
  }

  #line(raw: string): void {
    const isError = raw.replace(PLAIN, '').startsWith(RED);
    const line = raw.startsWith(PLAIN) || isError ? raw.replace(PLAIN, '').replace(RED, '') : raw;
    const step = STEP.exec(line)?.groups;
    if (step !== undefined) this.#begin(step.name ?? '', step.stage);
    else if (CACHED.test(line)) this.#change({ state: 'cached' });
    else if (this.#current !== null && !NO_LOG.test(line)) {
      const log = { timeMs: this.#now(), stream: isError ? 'stderr' : 'stdout', bytes: Buffer.from(`${line}\n`) } as const;
      this.#onEvent({ type: 'log', stepId: this.#current.id, ...log });
    }
  }

  #begin(name: string, stage: string | undefined): void {
    this.#finish('done', null);
    if (/^FROM\s/i.test(name)) {
      // Podman counts the stages that it leaves out, too.
      this.#stages = stage === undefined ? this.#stages + 1 : Number(stage);
      this.#position = 0;
    }
    // ARGs before the first FROM belong to no stage.
    const inStage = this.#stages > 0;
    if (inStage) this.#position++;
    this.#current = {
      id: inStage ? `${this.#stages}.${this.#position}` : `head ${name}`,
      stage: inStage ? `#${this.#stages - 1}` : null,
      position: inStage ? this.#position : null,
      name,
      state: 'running',
      startedAtMs: this.#now(),
      completedAtMs: null,
      doneBytes: null,
      totalBytes: null,
      error: null,
    };
    this.#tell();
  }

  #finish(state: BuilderStep['state'], error: string | null): void {
    if (this.#current === null) return;
    const ended = this.#current.state === 'cached' && state === 'done' ? 'cached' : state;
    this.#change({ state: ended, error, completedAtMs: this.#now() });
    this.#current = null;
  }

  #change(fields: Partial<BuilderStep>): void {
    if (this.#current === null) return;
    this.#current = { ...this.#current, ...fields };
    this.#tell();
  }

  #tell(): void {
    if (this.#current !== null) this.#onEvent({ type: 'step', step: this.#current });
  }
}
