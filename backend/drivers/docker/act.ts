import type { MachineAction, MachineId } from '../../contract/index.ts';
import { AppError, isAbort } from '../../core/index.ts';
import { isAllowed } from '../actions.ts';
import { type Containers, missing } from './containers.ts';
import type { ContainerInspect } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import { entrypointProblem, type Refusal, takenPort } from './errors.ts';
import type { FirstOutput } from './first-output.ts';
import type { PortOwners } from './port-owners.ts';

const POLL_MS = 10;

export interface ActDeps {
  client: EngineClient;
  containers: Containers;
  firstOutput: FirstOutput;
  portOwners: PortOwners;
}

/** The lifecycle verbs. Each returns when it is done: after `start` it runs, after `stop` and `kill` it has ended. */
export class Actions {
  readonly #deps: ActDeps;

  constructor(deps: ActDeps) {
    this.#deps = deps;
  }

  async act(id: MachineId, action: MachineAction, { force }: { force: boolean }, signal: AbortSignal): Promise<void> {
    const container = await this.#deps.containers.inspect(id, signal);
    const machine = this.#deps.containers.toMachine(container);
    const { name, state } = machine;
    const wrongState = () => new AppError('machineWrongState', { name, state, action });
    if (!isAllowed(machine, action, { force })) throw wrongState();
    const refused = (refusal: Refusal) => missing(refusal) ?? (isWrongState(refusal) ? wrongState() : null);
    try {
      await this.#do(action, { container, force, refused }, signal);
    } finally {
      this.#deps.containers.touch(container.Id);
    }
  }

  async #do(
    action: MachineAction,
    { container, force, refused }: { container: ContainerInspect; force: boolean; refused: (refusal: Refusal) => AppError | null },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, containers } = this.#deps;
    const post = (verb: string, query = {}) =>
      client.call({ method: 'POST', path: `/containers/${container.Id}/${verb}`, query, refused }, signal);
    // Podman neither stops nor kills what is paused; Docker waits for a process that cannot answer.
    const wake = async () => {
      if (container.State.Paused) await post('unpause');
    };
    switch (action) {
      case 'start':
        return this.#start(container, refused, signal);
      case 'stop':
        await wake();
        return post('stop');
      case 'restart':
        // Two steps, so that the first output of the new run can be waited for in between.
        await wake();
        await post('stop');
        await this.#deps.firstOutput.armBeforeRestart(container.Id);
        return this.#start(container, refused, signal);
      case 'pause':
        return post('pause');
      case 'resume':
        return post('unpause');
      case 'kill':
        await wake();
        return this.#kill(container, refused, signal);
      case 'remove':
        // Podman would ask it to end first, and wait for 10 s; Docker kills it.
        if (container.State.Running)
          await wake()
            .then(() => post('stop', { t: 0 }))
            .catch(unlessEnded);
        await this.#remove(container, { force, refused }, signal);
        return containers.noteStart(container.Id, null);
      case 'reset':
      case 'suspend':
      case 'discard':
        throw new AppError('actionUnsupported', { engine: 'A container engine', action: `${action} machines` });
    }
  }

  /** One that goes when it ends (`--rm`) is going by now, or is gone. */
  async #remove(
    { Id }: ContainerInspect,
    { force, refused }: { force: boolean; refused: (refusal: Refusal) => AppError | null },
    signal: AbortSignal,
  ): Promise<void> {
    const { client, containers } = this.#deps;
    const going = (refusal: Refusal) => (isGoing(refusal) ? new AppError('machineMissing') : refused(refusal));
    await client
      .call({ method: 'DELETE', path: `/containers/${Id}`, query: { force, v: true }, refused: going }, signal)
      .catch(unlessMissing);
    await containers.untilGone(Id, POLL_MS, signal);
  }

  /** Docker answers when it has ended, Podman 20 s later, in search of an exit code: whichever knows first. */
  async #kill(container: ContainerInspect, refused: (refusal: Refusal) => AppError | null, signal: AbortSignal): Promise<void> {
    const { client, containers } = this.#deps;
    const done = new AbortController();
    const either = AbortSignal.any([signal, done.signal]);
    const ended = containers.untilEnded(container.Id, POLL_MS, either);
    const answered = client.call({ method: 'POST', path: `/containers/${container.Id}/kill`, refused }, either).then(() => ended);
    try {
      await Promise.race([answered, ended]);
    } finally {
      done.abort();
      await Promise.allSettled([answered, ended]);
    }
  }

  async #start(container: ContainerInspect, refused: (refusal: Refusal) => AppError | null, signal: AbortSignal): Promise<void> {
    const { client, containers, firstOutput, portOwners } = this.#deps;
    let port: ReturnType<typeof takenPort> = null;
    try {
      await client.call(
        {
          method: 'POST',
          path: `/containers/${container.Id}/start`,
          refused: (refusal) => {
            port = takenPort(refusal.message);
            return entrypointProblem(refusal.message) ?? refused(refusal);
          },
        },
        signal,
      );
      containers.noteStart(container.Id, null);
    } catch (error) {
      firstOutput.cancel(container.Id);
      const failure = port === null ? error : await portOwners.portTaken(port, signal);
      if (failure instanceof AppError && !isAbort(failure)) containers.noteStart(container.Id, failure.problem);
      throw failure;
    }
  }
}

/** It has ended by itself since it was looked at, and perhaps is gone with that. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof AppError) || (error.reason !== 'machineMissing' && error.reason !== 'machineWrongState')) throw error;
}

function unlessMissing(error: unknown): void {
  if (!(error instanceof AppError) || error.reason !== 'machineMissing') throw error;
}

function isGoing({ message }: Refusal): boolean {
  return /removal of container .* is already in progress/i.test(message);
}

/** 304: it was so already. Docker says the rest with 409 or 500 and these words, Podman with its own. */
function isWrongState({ status, message }: Refusal): boolean {
  return (
    status === 304 ||
    /container state improper|is not running|is not paused|is already paused|is already in progress|cannot remove a running container|is restarting/i.test(
      message,
    )
  );
}
