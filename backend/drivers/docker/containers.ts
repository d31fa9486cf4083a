import { type EngineId, type Machine, type MachineId, type Problem, splitId } from '../../contract/index.ts';
import { AppError, type Clock, type Logger } from '../../core/index.ts';
import { mapAtOnce } from './at-once.ts';
import type { ContainerInspect, ContainerSummary } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import type { Refusal } from './errors.ts';
import { toMachine } from './machines.ts';

/** A listing needs limits, exit codes and times, which only an inspect tells: so many at once. */
const INSPECTS_AT_ONCE = 16;

/** On containers that only exist for a moment, to export an image: they are nobody's machines. */
export const HIDDEN_LABEL = 'catamaran.hidden';

export interface ContainersDeps {
  clock: Clock;
  logger: Logger;
  /** Puts right what the engine remembers wrongly. */
  correct?(container: ContainerInspect, signal: AbortSignal): Promise<ContainerInspect>;
}

/** The control group of a pod is called by its id. */
const POD_CGROUP = /[0-9a-f]{64}/;

/** The engine's containers as machines, with what the engine itself forgets: why a start failed. */
export class Containers {
  readonly #client: EngineClient;
  readonly #facts: { engineId: EngineId; kernelRelease: string };
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #correct: ContainersDeps['correct'];
  readonly #startProblems = new Map<string, Problem>();
  readonly #watchers = new Set<(nativeId: string) => void>();

  constructor(client: EngineClient, facts: { engineId: EngineId; kernelRelease: string }, deps: ContainersDeps) {
    this.#client = client;
    this.#facts = facts;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
    this.#correct = deps.correct;
  }

  async list(signal: AbortSignal): Promise<Machine[]> {
    const summaries = await this.summaries(signal);
    const machines = await mapAtOnce(summaries, INSPECTS_AT_ONCE, ({ Id }) => this.get(Id, signal));
    return machines.filter((machine) => machine !== null);
  }

  async summaries(signal: AbortSignal): Promise<ContainerSummary[]> {
    const all = await this.#client.call<ContainerSummary[]>({ method: 'GET', path: '/containers/json', query: { all: true } }, signal);
    return all.filter(({ Labels }) => Labels?.[HIDDEN_LABEL] === undefined);
  }

  /** Null when it is gone, nobody's machine, or so broken that the engine cannot say anything of it: the others count. */
  async get(nativeId: string, signal: AbortSignal): Promise<Machine | null> {
    try {
      const container = await this.inspectNative(nativeId, signal);
      if (container.Config.Labels?.[HIDDEN_LABEL] !== undefined || (await this.#holdsPod(container, signal))) return null;
      return this.toMachine(container);
    } catch (error) {
      if (!(error instanceof AppError) || (error.reason !== 'machineMissing' && error.reason !== 'engineRefused')) throw error;
      if (error.reason === 'engineRefused') this.#logger.warn('a container cannot be inspected', { nativeId, error });
      return null;
    }
  }

  /** Podman holds the namespaces of a pod with a container of its own: it is nobody's workload. Docker's API does not tell it. */
  async #holdsPod({ Id, Name, HostConfig }: ContainerInspect, signal: AbortSignal): Promise<boolean> {
    const maybe = POD_CGROUP.test(HostConfig.CgroupParent ?? '') || Name.endsWith('-infra');
    if (!maybe) return false;
    const answer = await this.#client.call<{ IsInfra?: boolean }>(
      {
        method: 'GET',
        path: `/libpod/containers/${Id}/json`,
        refused: ({ status }) => (status === 404 ? new AppError('machineMissing') : null),
      },
      signal,
    );
    return answer.IsInfra === true;
  }

  /** @throws AppError machineMissing */
  inspect(id: MachineId, signal: AbortSignal): Promise<ContainerInspect> {
    return this.inspectNative(splitId(id).nativeId, signal);
  }

  async inspectNative(nativeId: string, signal: AbortSignal): Promise<ContainerInspect> {
    const container = await this.#client.call<ContainerInspect>(
      { method: 'GET', path: `/containers/${nativeId}/json`, refused: missing },
      signal,
    );
    return this.#correct === undefined ? container : await this.#correct(container, signal);
  }

  /** Asks again and again: Podman's own wait takes 40 s to notice a container that has just been killed. */
  async untilEnded(nativeId: string, everyMs: number, signal: AbortSignal): Promise<void> {
    while ((await this.inspectNative(nativeId, signal)).State.Running) await this.#clock.sleep(everyMs, signal);
  }

  async untilGone(nativeId: string, everyMs: number, signal: AbortSignal): Promise<void> {
    while ((await this.get(nativeId, signal)) !== null) await this.#clock.sleep(everyMs, signal);
  }

  toMachine(container: ContainerInspect): Machine {
    return toMachine(container, { ...this.#facts, startProblem: this.#startProblems.get(container.Id) ?? null });
  }

  /** Remembers why the last start failed; null forgets. Watchers look again. */
  noteStart(nativeId: string, problem: Problem | null): void {
    if (problem === null) this.#startProblems.delete(nativeId);
    else this.#startProblems.set(nativeId, problem);
    this.touch(nativeId);
  }

  /** Something was done to it: watchers look again, whether or not the engine sends an event. */
  touch(nativeId: string): void {
    for (const watcher of this.#watchers) watcher(nativeId);
  }

  onTouch(watcher: (nativeId: string) => void): Disposable {
    this.#watchers.add(watcher);
    return { [Symbol.dispose]: () => void this.#watchers.delete(watcher) };
  }
}

/** For calls on one container. Podman answers 500 to a question about one that it is just removing; 404 may be of its network. */
export function missing({ status, message }: Refusal): AppError | null {
  return (status === 404 && !/^network .+ not found/i.test(message)) || /no such container/i.test(message)
    ? new AppError('machineMissing')
    : null;
}
