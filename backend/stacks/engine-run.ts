import type { ComposeService, Machine, MachineAction, Stack } from '../contract/index.ts';
import { stackOf } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import type { Inventory } from '../inventory/index.ts';
import type { MachineService } from '../machines/index.ts';
import { startOrder } from './start-order.ts';

export interface EngineRunParts {
  inventory: Pick<Inventory, 'machines' | 'watch' | 'listed' | 'list'>;
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
    await this.#untilGone(stack, signal);
    for (const kind of ['pods', 'networks', ...(volumes ? (['volumes'] as const) : [])] as const) {
      const facet = driver[kind];
      if (facet === undefined) continue;
      const own = this.#parts.inventory
        .listed(kind)
        .filter((item) => item.engineId === stack.engineId && stackOf(item.labels) === stack.name);
      for (const { id, name } of own) {
        onLine(`remove ${kind.slice(0, -1)} ${name}`);
        await (facet.remove as (id: string, signal: AbortSignal) => Promise<void>)(id, signal);
      }
      if (own.length > 0) await this.#parts.inventory.list(stack.engineId, kind, signal);
    }
  }

  /** The engine tells of it a moment later. */
  async #untilGone({ machines }: Stack, signal: AbortSignal): Promise<void> {
    const ids = new Set(machines.map(({ id }) => id));
    for await (const _ of this.#parts.inventory.watch(signal)) if (!this.#parts.inventory.machines().some(({ id }) => ids.has(id))) return;
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
  async #each({ onLine }: OnStack, machines: readonly Machine[], action: MachineAction, signal: AbortSignal): Promise<void> {
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
  }
}
