import type { ComposeService, Machine, Stack } from '../contract/index.ts';
import { stackOf } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import type { Inventory } from '../inventory/index.ts';
import type { MachineService } from '../machines/index.ts';
import { startOrder } from './start-order.ts';

type StackAction = 'start' | 'stop' | 'restart' | 'remove';

/** What is shown of a machine until the engine says that the action is done. */
const UNDER_WAY = { start: 'starting', stop: 'stopping', restart: 'starting' } as const;

export interface EngineRunParts {
  inventory: Pick<Inventory, 'machines' | 'watch' | 'list'>;
  machines: Pick<MachineService, 'act'>;
}

export interface OnStack {
  stack: Stack;
  driver: Driver;
  /** What the files say of its services; empty when they cannot be read. */
  services: readonly ComposeService[];
  onLine: (line: string) => void;
}

/** What needs no Compose, because the labels say enough: the engine itself does it, whoever started the stack. */
export class EngineRun {
  readonly #parts: EngineRunParts;

  constructor(parts: EngineRunParts) {
    this.#parts = parts;
  }

  /** Services in the order of their needs; stopping goes the other way. @param service only its containers */
  async act(
    on: OnStack,
    { action, service }: { action: 'start' | 'stop' | 'restart'; service: string | null },
    signal: AbortSignal,
  ): Promise<void> {
    const groups = this.#groups(on);
    for (const group of action === 'stop' ? groups.reverse() : groups) {
      const members = group.flatMap((one) => (service === null || one.service === service ? one.machines : []));
      // What does not run is started by a restart, too.
      const stopped = action === 'restart' ? members.filter((machine) => machine.actions.includes('start')) : [];
      await this.#each(on, stopped, 'start', signal);
      await this.#each(on, members, action, signal);
    }
  }

  /** Removes the last ones, after they were asked to end. */
  async scaleDown(on: OnStack, { service, replicas }: { service: string; replicas: number }, signal: AbortSignal): Promise<void> {
    const surplus = on.stack.services.find(({ name }) => name === service)?.machines.slice(replicas) ?? [];
    await this.#each(on, surplus, 'stop', signal);
    await this.#each(on, surplus, 'remove', signal);
  }

  /** Containers and networks, and volumes if they are asked for; what is external carries no label of the stack. */
  async down(on: OnStack, { volumes }: { volumes: boolean }, signal: AbortSignal): Promise<void> {
    const { stack, driver, onLine } = on;
    await this.act(on, { action: 'stop', service: null }, signal);
    await this.#each(on, stack.machines, 'remove', signal);
    for (const kind of ['pods', 'networks', ...(volumes ? (['volumes'] as const) : [])] as const) {
      const facet = driver[kind];
      if (facet === undefined) continue;
      // Asked for anew: Podman tells of no network that was made.
      const own = (await facet.list(signal)).filter(({ labels }) => stackOf(labels) === stack.name);
      for (const { id, name } of own) {
        onLine(`remove ${kind.slice(0, -1)} ${name}`);
        await (facet.remove as (id: string, signal: AbortSignal) => Promise<void>)(id, signal);
      }
      await this.#parts.inventory.list(stack.engineId, kind, signal);
    }
  }

  /** The engine tells of it a moment later; a command that follows at once would see them as they were. */
  async #untilShown(machines: readonly Machine[], isDone: (machine: Machine | undefined) => boolean, signal: AbortSignal): Promise<void> {
    for await (const _ of this.#parts.inventory.watch(signal)) {
      const now = new Map(this.#parts.inventory.machines().map((machine) => [machine.id, machine]));
      if (machines.every(({ id }) => isDone(now.get(id)))) return;
    }
    throw new AppError('cancelled');
  }

  #groups({ stack, services }: OnStack): { service: string; machines: Machine[] }[][] {
    const known = stack.services.map(({ name, dependsOn }) => ({
      name,
      dependsOn: [...dependsOn, ...(services.find((one) => one.name === name)?.dependsOn ?? [])],
    }));
    return startOrder(known).map((group) =>
      group.map((service) => ({ service, machines: stack.services.find(({ name }) => name === service)?.machines ?? [] })),
    );
  }

  /** Those that are not there yet. The first refusal ends it, after all of the group were tried. */
  async #each({ onLine }: OnStack, machines: readonly Machine[], action: StackAction, signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw new AppError('cancelled');
    const able = machines.filter((machine) => action === 'remove' || machine.actions.includes(action));
    if (able.length === 0) return;
    for (const { name } of able) onLine(`${action} ${name}`);
    const ids = able.map(({ id }) => id);
    const answers = await this.#parts.machines.act(ids, action, { force: action === 'remove' });
    const refused = answers.flatMap(({ id, problem }) =>
      problem === null ? [] : [{ name: able.find((one) => one.id === id)?.name ?? id, problem }],
    );
    for (const { name, problem } of refused) onLine(`${name}: ${problem.message}`);
    const [first] = refused;
    if (first !== undefined)
      throw new AppError(first.problem.reason, first.problem.params, first.problem.detail === null ? {} : { detail: first.problem.detail });
    const isDone = (machine: Machine | undefined) => machine === undefined || (action !== 'remove' && machine.state !== UNDER_WAY[action]);
    await this.#untilShown(able, isDone, signal);
  }
}
