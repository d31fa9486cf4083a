import { type EngineId, type Stack, type StackCommand, type StackRef, stackKey, type TaskKind } from '../contract/index.ts';
import { AppError, toAppError } from '../core/index.ts';
import type { Driver, ListedKind } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import type { TaskProgress, Tasks } from '../tasks/index.ts';
import { argvOf, type ComposeCommand, runCompose } from './compose-run.ts';
import type { Definitions, ReadDefinition } from './definitions.ts';
import type { EngineRun } from './engine-run.ts';
import { createRedactor } from './redact.ts';
import type { RunLog } from './run-log.ts';
import type { FoundTool } from './tool.ts';

/** Pulls an image inside of a task. @throws AppError registry… */
export type PullImage = (
  asked: { driver: Driver; name: string; report: (progress: TaskProgress) => void },
  signal: AbortSignal,
) => Promise<unknown>;

interface RunParts {
  command: StackCommand;
  read: ReadDefinition | null;
  report: (progress: TaskProgress) => void;
  onLine: (line: string) => void;
}

export interface StackRunParts {
  tasks: Tasks;
  log: RunLog;
  engineRun: EngineRun;
  definitions: Definitions;
  stack: (ref: StackRef) => Stack;
  driver: (ref: StackRef) => Driver;
  /** @throws AppError stackFilesUnknown */
  paths: (ref: StackRef) => string[];
  pull: PullImage;
  /** Shows what the engine lists now; an engine that went away is no error. */
  relist: (id: EngineId, kind: ListedKind) => Promise<void>;
  /** @throws AppError composeMissing */
  tool: (driver: Driver, signal: AbortSignal) => Promise<FoundTool>;
}

const TASKS: Record<StackCommand['do'], TaskKind> = {
  up: 'stackUp',
  pull: 'stackPull',
  start: 'stackStart',
  stop: 'stackStop',
  restart: 'stackRestart',
  scale: 'stackScale',
  down: 'stackDown',
};

/** Commands on stacks, one at a time on each, as tasks whose output is kept. */
export class StackRuns {
  readonly #parts: StackRunParts;
  readonly #running = new Set<string>();

  constructor(parts: StackRunParts) {
    this.#parts = parts;
  }

  /** @throws AppError stackBusy, and what the command throws */
  async run(ref: StackRef, command: StackCommand): Promise<void> {
    const key = stackKey(ref);
    if (this.#running.has(key)) throw new AppError('stackBusy', { stack: ref.name });
    this.#running.add(key);
    const request = { kind: TASKS[command.do], subject: ref.name, cancellable: true };
    const { id, result } = this.#parts.tasks.run(request, async (report, signal) => {
      const read = await this.#tryToRead(ref, signal);
      const redact = createRedactor(read?.secrets ?? []);
      const run = this.#parts.log.begin(ref, { taskId: id, commandLine: command.do });
      try {
        const compose = await this.#composeCommand(ref, command, signal);
        if (compose !== null) run.rename(redact(argvOf(compose).join(' ')));
        const onLine = (line: string) => {
          run.write(redact(line));
          report({ step: redact(line) });
        };
        if (compose === null) await this.#byEngine(ref, { command, read, report, onLine }, signal);
        else await this.#byCompose(ref, { compose, onLine }, signal);
        run.end({ state: 'done', problem: null });
      } catch (thrown) {
        const error = signal.aborted ? new AppError('cancelled', {}, { cause: thrown }) : redacted(thrown, redact);
        run.end(error.code === 'cancelled' ? { state: 'cancelled', problem: null } : { state: 'failed', problem: error.problem });
        throw error;
      }
    });
    await result.finally(() => this.#running.delete(key));
  }

  /** Null where the files cannot be read: what does not need them goes on without. */
  async #tryToRead(ref: StackRef, signal: AbortSignal): Promise<ReadDefinition | null> {
    try {
      return await this.#parts.definitions.readOnly(ref, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  }

  /** Null for what the labels are enough for. */
  async #composeCommand(ref: StackRef, command: StackCommand, signal: AbortSignal): Promise<ComposeCommand | null> {
    const args = composeArgs(command, this.#parts.stack(ref));
    if (args === null) return null;
    const driver = this.#parts.driver(ref);
    const tool = await this.#parts.tool(driver, signal);
    // That version takes the number, and does nothing with it.
    if (command.do === 'scale' && tool.flavor === 'podman' && tool.version.startsWith('1.0.'))
      throw new AppError('actionUnsupported', { engine: `podman-compose ${tool.version}`, action: 'scale a service' });
    const files = this.#parts.paths(ref);
    // Said here, because each tool says it in another way.
    await this.#parts.definitions.readOnly(ref, signal);
    return { tool, env: facetOf(driver, 'compose').env, files, name: ref.name, args };
  }

  /** Shows what it has made, whatever came of it: Podman does not tell of its networks. */
  async #byCompose(
    ref: StackRef,
    { compose, onLine }: { compose: ComposeCommand; onLine: (line: string) => void },
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await runCompose(this.#parts.driver(ref).host, { command: compose, onLine }, signal);
    } finally {
      await Promise.all((['networks', 'volumes', 'pods'] as const).map((kind) => this.#parts.relist(ref.engineId, kind)));
    }
  }

  /** Image by image, each with the progress of its layers: tools tell of a pull that failed in different ways, or not at all. */
  async #pull(ref: StackRef, { report, onLine }: Pick<RunParts, 'report' | 'onLine'>, signal: AbortSignal): Promise<void> {
    const { services } = await this.#parts.definitions.readOnly(ref, signal);
    const images = services.flatMap(({ image, builds }) => (image === null || builds ? [] : [image]));
    for (const name of new Set(images)) {
      onLine(`pull ${name}`);
      await this.#parts.pull({ driver: this.#parts.driver(ref), name, report }, signal);
    }
  }

  #byEngine(ref: StackRef, { command, read, report, onLine }: RunParts, signal: AbortSignal): Promise<void> {
    const { engineRun } = this.#parts;
    const on = { stack: this.#parts.stack(ref), driver: this.#parts.driver(ref), services: read?.services ?? [], onLine };
    switch (command.do) {
      case 'down':
        return engineRun.down(on, command, signal);
      case 'scale':
        return engineRun.scaleDown(on, command, signal);
      case 'start':
      case 'stop':
      case 'restart':
        return engineRun.act(on, { action: command.do, service: command.service ?? null }, signal);
      case 'pull':
        return this.#pull(ref, { report, onLine }, signal);
      case 'up':
        throw new AppError('internal', { message: 'up needs Compose' });
    }
  }
}

/** What only the files say; null for what the labels are enough for. */
function composeArgs(command: StackCommand, stack: Stack): string[] | null {
  if (command.do === 'up') return ['up', '-d'];
  if (command.do !== 'scale') return null;
  const { service, replicas } = command;
  const present = stack.services.find(({ name }) => name === service)?.machines.length ?? 0;
  // Without the others, or they would be brought back to the numbers of their file.
  return replicas <= present ? null : ['up', '-d', '--no-deps', '--no-recreate', '--scale', `${service}=${replicas}`, service];
}

function redacted(error: unknown, redact: (line: string) => string): AppError {
  const known = toAppError(error);
  if (known.reason !== 'composeFailed') return known;
  return new AppError('composeFailed', { ...known.problem.params, message: redact(String(known.problem.params.message)) });
}
