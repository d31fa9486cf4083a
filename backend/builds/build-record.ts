import type { Build, BuildRequest, BuildSummary, EngineId, ImageId, LogLine, Problem, TaskId } from '../contract/index.ts';
import { AppError, type Clock, Latest, Scope } from '../core/index.ts';
import type { BuildEvent, BuilderSteps } from '../drivers/builds.ts';
import { BuildSteps } from './build-steps.ts';
import { StepLog } from './step-log.ts';

/** The page is told at most this often. */
const TELL_MS = 50;

/** One build as it is remembered: what was asked for, its steps, and their logs. */
export class BuildRecord implements AsyncDisposable {
  readonly request: BuildRequest;
  readonly #latest: Latest<Build>;
  readonly #clock: Clock;
  readonly #logs = new Map<string, StepLog>();
  readonly #onTold: () => void;
  readonly #telling = new Scope(() => {});
  #steps: BuildSteps | null = null;
  #build: Build;
  #toldAt = Number.NEGATIVE_INFINITY;
  #waiting = false;

  constructor(id: TaskId, request: BuildRequest, deps: { clock: Clock; onTold: () => void }) {
    this.request = request;
    this.#clock = deps.clock;
    this.#onTold = deps.onTold;
    this.#build = newBuild(id, request, deps.clock.now());
    this.#latest = new Latest(this.#build);
  }

  get value(): Build {
    return this.#build;
  }

  get engineId(): EngineId {
    return this.#build.engineId;
  }

  /** Its files are there: the builder begins. */
  begin(dockerfile: string, steps: BuilderSteps): void {
    this.#steps = new BuildSteps(dockerfile, { target: this.request.target, steps });
    this.#change({ state: 'running', dockerfile, stages: [...this.#steps.stages] });
    this.#tell();
  }

  apply(event: BuildEvent): void {
    if (event.type === 'step') {
      const id = this.#steps?.apply(event.step);
      if (id !== undefined && event.step.completedAtMs !== null) this.#logs.get(id)?.end(event.step.completedAtMs);
    } else if (event.type === 'log') {
      const id = this.#steps?.logged(event.stepId) ?? null;
      if (id !== null) this.#logOf(id).add(event);
    }
    this.#change(event.type === 'context' ? { sentBytes: event.sentBytes } : {});
  }

  end(result: { imageId: ImageId } | { problem: Problem | null }): void {
    const atMs = this.#clock.now();
    const done = 'imageId' in result;
    const state = done ? 'done' : result.problem === null ? 'cancelled' : 'failed';
    this.#steps?.end(state, atMs);
    for (const log of this.#logs.values()) log.end(atMs);
    const fields = done ? { imageId: result.imageId } : { problem: result.problem };
    this.#change({ ...fields, state, endedAtMs: atMs, failedStep: this.#steps?.failed?.id ?? null });
    this.#tell();
  }

  /** Slow reader: `latest`. Ends with the build. */
  async *watch(signal: AbortSignal): AsyncGenerator<Build, void> {
    for await (const build of this.#latest.watch(signal)) {
      yield build;
      if (build.endedAtMs !== null) return;
    }
  }

  /** @throws AppError invalidInput for a step that the build does not have */
  log(stepId: string, signal: AbortSignal): AsyncIterable<LogLine[]> {
    const step = this.#build.steps.find(({ id }) => id === stepId);
    if (step === undefined) throw new AppError('invalidInput', { field: 'step', message: `${stepId} is not a step of this build` });
    const log = this.#logOf(stepId);
    if (this.#build.endedAtMs !== null) log.end(this.#build.endedAtMs);
    return log.read(signal);
  }

  summary(): BuildSummary {
    const { id, engineId, source, state, startedAtMs, endedAtMs, imageId, problem, options, steps } = this.#build;
    // Of what the builder does for itself nothing is told: it is not what somebody wrote.
    const written = steps.filter(({ line }) => line !== null);
    const cached = written.filter((step) => step.state === 'cached').length;
    return { id, engineId, source, state, startedAtMs, endedAtMs, imageId, problem, tags: options.tags, steps: written.length, cached };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#telling[Symbol.asyncDispose]();
  }

  #logOf(stepId: string): StepLog {
    const log = this.#logs.get(stepId) ?? new StepLog();
    this.#logs.set(stepId, log);
    return log;
  }

  #change(fields: Partial<Build>): void {
    this.#build = { ...this.#build, ...fields };
    if (this.#waiting) return;
    const due = this.#toldAt + TELL_MS - this.#clock.monotonic();
    if (due <= 0) {
      this.#tell();
      return;
    }
    this.#waiting = true;
    this.#telling.run(async (signal) => {
      try {
        await this.#clock.sleep(due, signal);
      } finally {
        this.#waiting = false;
      }
      this.#tell();
    });
  }

  #tell(): void {
    this.#toldAt = this.#clock.monotonic();
    this.#build = { ...this.#build, steps: this.#steps?.all.map((step) => ({ ...step })) ?? [] };
    this.#latest.set(this.#build);
    this.#onTold();
  }
}

function newBuild(id: TaskId, request: BuildRequest, startedAtMs: number): Build {
  const { engineId, source, secrets, ...options } = request;
  return {
    id,
    engineId,
    source:
      source.type === 'folder'
        ? { type: 'folder', name: source.path.split(/[\\/]/).filter(Boolean).at(-1) ?? source.path, path: source.path }
        : { type: 'upload', name: source.name, path: null },
    options: { ...options, secretIds: secrets.map((secret) => secret.id) },
    state: 'preparing',
    startedAtMs,
    endedAtMs: null,
    imageId: null,
    problem: null,
    failedStep: null,
    dockerfile: null,
    stages: [],
    steps: [],
    sentBytes: 0,
  };
}
