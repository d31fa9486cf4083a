import {
  type BuildStage,
  type BuildStep,
  type Dockerfile,
  type DockerfileStage,
  makesLayer,
  parseDockerfile,
  stagesFor,
} from '../contract/index.ts';
import type { BuilderStep, BuilderSteps } from '../drivers/builds.ts';

/**
 * The steps of one build: those that the Dockerfile leads one to expect, from the beginning, and what the builder tells of them.
 * What the builder tells of nothing in the Dockerfile stands beside them.
 */
export class BuildSteps {
  readonly #dockerfile: Dockerfile;
  readonly #steps = new Map<string, BuildStep>();
  /** By the builder's own ids. */
  readonly #idOf = new Map<string, string>();
  readonly stages: readonly BuildStage[];

  constructor(dockerfile: string, { target, steps }: { target: string | null; steps: BuilderSteps }) {
    this.#dockerfile = parseDockerfile(dockerfile);
    const needed = stagesFor(this.#dockerfile, target);
    const stages = steps.stages === 'needed' ? needed : this.#dockerfile.stages.slice(0, (needed.at(-1)?.index ?? -1) + 1);
    this.stages = stages.map(toBuildStage);
    for (const stage of stages) {
      const instructions = stage.instructions.filter((instruction) => steps.instructions === 'all' || makesLayer(stage, instruction));
      for (const [index, { line, keyword, text }] of instructions.entries()) {
        const id = plannedId(stage.index, index + 1);
        this.#steps.set(id, { ...NOTHING, id, stage: stage.index, name: `${keyword} ${text}`, line });
      }
    }
  }

  /** In the order of the Dockerfile, then in the order in which they came. */
  get all(): BuildStep[] {
    return [...this.#steps.values()];
  }

  /** The step's id here. */
  apply(told: BuilderStep): string {
    const id = this.#idOf.get(told.id) ?? this.#find(told);
    this.#idOf.set(told.id, id);
    const before = this.#steps.get(id);
    const { state, startedAtMs, completedAtMs, doneBytes, totalBytes, error } = told;
    this.#steps.set(id, {
      ...(before ?? { ...NOTHING, id, stage: this.#stageOf(told), name: told.name }),
      ...{ state, startedAtMs, completedAtMs, doneBytes, totalBytes, error },
    });
    if (before !== undefined && state !== 'waiting') this.#passOver(before);
    return id;
  }

  /** A builder does equal steps of several stages once, and tells of one: what stands before a step that has begun is there. */
  #passOver({ id, stage }: BuildStep): void {
    for (const step of this.#steps.values()) {
      if (step.id === id) return;
      if (step.stage === stage && step.state === 'waiting') step.state = 'cached';
    }
  }

  /** The step's id here; null when its builder has not told of it. */
  logged(builderId: string): string | null {
    const id = this.#idOf.get(builderId) ?? null;
    const step = id === null ? undefined : this.#steps.get(id);
    if (step !== undefined) step.hasLog = true;
    return id;
  }

  /** After the end nothing runs. After a success, what was not told of was made once for several stages. */
  end(result: 'done' | 'failed' | 'cancelled', atMs: number): void {
    for (const step of this.#steps.values()) {
      if (step.state === 'running') Object.assign(step, { state: result === 'done' ? 'done' : 'cancelled', completedAtMs: atMs });
      else if (step.state === 'waiting' && result === 'done') step.state = 'cached';
    }
  }

  get failed(): BuildStep | null {
    return this.all.find(({ state }) => state === 'failed') ?? null;
  }

  #find(told: BuilderStep): string {
    const stage = this.#stageOf(told);
    const id = stage === null || told.position === null ? null : plannedId(stage, told.position);
    const planned = id === null ? undefined : this.#steps.get(id);
    return planned !== undefined && keywordOf(planned.name) === keywordOf(told.name) ? planned.id : `builder ${told.id}`;
  }

  /** BuildKit names stages, or numbers those without a name; the only stage has no name at all. Other builders number them: `#0`. */
  #stageOf({ stage }: BuilderStep): number | null {
    if (stage === null) return null;
    const { stages } = this.#dockerfile;
    if (stage === '') return stages.length === 1 ? 0 : null;
    const named = stages.findLast(({ name }) => name === stage.toLowerCase());
    if (named !== undefined) return named.index;
    const number = /^(?:#|stage-)(\d+)$/.exec(stage)?.[1];
    return number !== undefined && stages[Number(number)] !== undefined ? Number(number) : null;
  }
}

const NOTHING = {
  line: null,
  state: 'waiting',
  startedAtMs: null,
  completedAtMs: null,
  doneBytes: null,
  totalBytes: null,
  error: null,
  hasLog: false,
} as const satisfies Partial<BuildStep>;

function plannedId(stage: number, position: number): string {
  return `${stage}.${position}`;
}

function keywordOf(name: string): string {
  return name.split(/\s/, 1)[0]?.toUpperCase() ?? '';
}

function toBuildStage({ index, name, from, base, copiesFrom }: DockerfileStage): BuildStage {
  const copied = copiesFrom.filter((stage) => stage !== base).map((stage) => ({ stage, how: 'copy' as const }));
  return { index, name, from, needs: base === null ? copied : [{ stage: base, how: 'base' }, ...copied] };
}
