import {
  type Engine,
  type EngineId,
  type Host,
  type Image,
  type ImageId,
  type InventoryChange,
  type InventoryEvent,
  type InventorySnapshot,
  type Machine,
  type MachineId,
  type MachineState,
  type Network,
  type Pod,
  type StartTiming,
  splitId,
  type Volume,
} from '../contract/index.ts';
import { AppError, Changes } from '../core/index.ts';
import { LISTED } from '../drivers/driver.ts';

/** What a service knows of a machine that its engine does not: a start under way, how long the last one took. */
export interface MachineMark {
  state: Extract<MachineState, 'starting' | 'stopping'> | null;
  startTiming: StartTiming | null;
}

/** What an engine lists as a whole. */
export interface Listed {
  images: Image[];
  volumes: Volume[];
  networks: Network[];
  pods: Pod[];
}

/** What a machine has become when what its mark says is over. */
const REACHED: Record<'starting' | 'stopping', readonly MachineState[]> = {
  starting: ['running', 'paused'],
  stopping: ['stopped', 'failed'],
};

/** The one live picture of all engines. Every change is published once, with the next revision. */
export class InventoryStore {
  readonly #hosts = new Map<string, Host>();
  readonly #engines = new Map<EngineId, Engine>();
  readonly #machines = new Map<MachineId, Machine>();
  readonly #listed: { [Kind in keyof Listed]: Map<string, Listed[Kind][number]> } = {
    images: new Map(),
    volumes: new Map(),
    networks: new Map(),
    pods: new Map(),
  };
  readonly #marks = new Map<MachineId, MachineMark>();
  /** Machines whose engine has done what the mark says, but has not told of it yet. */
  readonly #settling = new Set<MachineId>();
  readonly #changes = new Changes<InventorySnapshot, InventoryChange>(() => this.snapshot());
  #revision = 0;

  watch(signal: AbortSignal): AsyncGenerator<InventoryEvent, void> {
    return this.#changes.watch(signal);
  }

  snapshot(): InventorySnapshot {
    return {
      type: 'snapshot',
      revision: this.#revision,
      hosts: [...this.#hosts.values()],
      engines: [...this.#engines.values()],
      machines: [...this.#machines.values()].map((machine) => this.#shown(machine)),
      images: this.listed('images'),
      volumes: this.listed('volumes'),
      networks: this.listed('networks'),
      pods: this.listed('pods'),
    };
  }

  /** @throws AppError machineMissing */
  machine(id: MachineId): Machine {
    const machine = this.#machines.get(id);
    if (machine === undefined) throw new AppError('machineMissing');
    return this.#shown(machine);
  }

  /** @throws AppError imageMissing */
  image(id: ImageId): Image {
    const image = this.#listed.images.get(id);
    if (image === undefined) throw new AppError('imageMissing', { image: splitId(id).nativeId });
    return image;
  }

  machines(): Machine[] {
    return [...this.#machines.values()].map((machine) => this.#shown(machine));
  }

  engines(): Engine[] {
    return [...this.#engines.values()];
  }

  listed<Kind extends keyof Listed>(kind: Kind): Listed[Kind] {
    return [...this.#listed[kind].values()] as Listed[Kind];
  }

  setHost(host: Host): void {
    this.#hosts.set(host.id, host);
    this.#publish({ hosts: [host] });
  }

  setEngine(engine: Engine): void {
    if (same(this.#engines.get(engine.id), engine)) return;
    this.#engines.set(engine.id, engine);
    this.#publish({ engines: [engine] });
  }

  removeEngine(id: EngineId): void {
    this.clearEngine(id);
    if (this.#engines.delete(id)) this.#publish({ removed: { engines: [id] } });
  }

  /** All that it has goes: an engine that does not answer has nothing that can be shown truthfully. */
  clearEngine(id: EngineId): void {
    this.replaceMachines(id, []);
    this.replaceListed(id, { images: [], volumes: [], networks: [], pods: [] });
  }

  setMachine(machine: Machine): void {
    if (same(this.#machines.get(machine.id), machine)) return;
    this.#machines.set(machine.id, machine);
    this.#unmark(machine.id);
    this.#publish({ machines: [this.#shown(machine)] });
  }

  removeMachine(id: MachineId): void {
    this.#forget(id);
    if (this.#machines.delete(id)) this.#publish({ removed: { machines: [id] } });
  }

  /** Sets what the engine lists now; publishes one change with only what differs. */
  replaceMachines(engineId: EngineId, listed: Machine[]): void {
    const { changed, removed } = replace(this.#machines, engineId, listed);
    for (const id of removed) this.#forget(id);
    for (const { id } of changed) this.#unmark(id);
    if (changed.length + removed.length === 0) return;
    this.#publish({ machines: changed.map((machine) => this.#shown(machine)), removed: { machines: removed } });
  }

  /** As `replaceMachines`; kinds that are not given stay as they were. */
  replaceListed(engineId: EngineId, listed: Partial<Listed>): void {
    for (const kind of LISTED) {
      const items = listed[kind];
      if (items === undefined) continue;
      const { changed, removed } = replace<string, Listed[typeof kind][number]>(this.#listed[kind] as Map<string, never>, engineId, items);
      if (changed.length + removed.length > 0) this.#publish({ [kind]: changed, removed: { [kind]: removed } });
    }
  }

  mark(id: MachineId, mark: Partial<MachineMark>): void {
    this.#marks.set(id, { ...(this.#marks.get(id) ?? { state: null, startTiming: null }), ...mark });
    const machine = this.#machines.get(id);
    if (machine !== undefined) this.#publish({ machines: [this.#shown(machine)] });
  }

  /** Ends the mark's state when the engine's next word of the machine arrives; at once when it has come already. */
  settle(id: MachineId): void {
    const mark = this.#marks.get(id);
    const machine = this.#machines.get(id);
    if (mark === undefined || mark.state === null || machine === undefined) return;
    if (REACHED[mark.state].includes(machine.state)) this.mark(id, { state: null });
    else this.#settling.add(id);
  }

  #unmark(id: MachineId): void {
    const mark = this.#marks.get(id);
    if (this.#settling.delete(id) && mark !== undefined) this.#marks.set(id, { ...mark, state: null });
  }

  #forget(id: MachineId): void {
    this.#marks.delete(id);
    this.#settling.delete(id);
  }

  #shown(machine: Machine): Machine {
    const mark = this.#marks.get(machine.id);
    if (mark === undefined) return machine;
    const underWay = mark.state !== null && (machine.state === 'stopped' || machine.state === 'failed' || mark.state === 'stopping');
    return {
      ...machine,
      startTiming: mark.startTiming ?? machine.startTiming,
      ...(underWay && mark.state !== null ? { state: mark.state, problem: null, exitCode: null, actions: [] } : {}),
    };
  }

  #publish(change: Partial<Omit<InventoryChange, 'removed'>> & { removed?: Partial<InventoryChange['removed']> }): void {
    this.#revision++;
    this.#changes.publish({
      type: 'change',
      revision: this.#revision,
      hosts: change.hosts ?? [],
      engines: change.engines ?? [],
      machines: change.machines ?? [],
      images: change.images ?? [],
      volumes: change.volumes ?? [],
      networks: change.networks ?? [],
      pods: change.pods ?? [],
      removed: { hosts: [], engines: [], machines: [], images: [], volumes: [], networks: [], pods: [], ...change.removed },
    });
  }
}

function replace<Id extends string, Item extends { id: Id; engineId: EngineId }>(items: Map<Id, Item>, engineId: EngineId, listed: Item[]) {
  const kept = new Set(listed.map((item) => item.id));
  const removed = [...items.values()].filter((item) => item.engineId === engineId && !kept.has(item.id)).map((item) => item.id);
  for (const id of removed) items.delete(id);
  const changed = listed.filter((item) => !same(items.get(item.id), item));
  for (const item of changed) items.set(item.id, item);
  return { changed, removed };
}

/** Both come from the same mapping code, so the key order is the same too. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
