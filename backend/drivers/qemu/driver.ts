import {
  type Engine,
  type Machine,
  type MachineAction,
  type MachineDetails,
  type MachineId,
  type StartWay,
  splitId,
  toMachineId,
} from '../../contract/index.ts';
import { AppError, type Clock, isAbort, type Logger, messageOf, Queue, Scope } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { isAllowed } from '../actions.ts';
import type { BinFacet } from '../bin.ts';
import type { OnBytes } from '../byte-progress.ts';
import type { CopiesFacet } from '../copies.ts';
import type { DisksFacet } from '../disks.ts';
import type { DisplaysFacet } from '../displays.ts';
import type { Driver, DriverEvent, LogsFacet, MetricsFacet, TerminalsFacet, VirtualMachinesFacet } from '../driver.ts';
import type { EventsFacet } from '../events.ts';
import type { FilesFacet } from '../files.ts';
import type { GuestFacet } from '../guest.ts';
import type { HardwareFacet } from '../hardware.ts';
import type { IsolationFacet } from '../isolation.ts';
import type { ProcessesFacet } from '../processes.ts';
import type { VmTemplatesFacet } from '../vm-templates.ts';
import { createBinFacet, isBinned } from './bin.ts';
import { createCopiesFacet } from './copies/copies.ts';
import { createDisks } from './disks/index.ts';
import { createDisplays } from './displays.ts';
import { createEvents } from './events.ts';
import { describeVm } from './facts.ts';
import { createGuest } from './guest/index.ts';
import { createHardwareFacet } from './hardware.ts';
import { isolationSubject } from './isolation.ts';
import { cancelled } from './json-channel.ts';
import { awaitFirstOutput, readLogs } from './logs.ts';
import { metricsSource } from './metrics.ts';
import type { PreparedPlatform } from './platform.ts';
import { PlatformKeeper } from './platform-keeper.ts';
import { createSnapshots, type SnapshotKeeper } from './snapshots/index.ts';
import { Templates } from './templates.ts';
import { Consoles } from './terminals.ts';
import { createVirtualMachinesFacet, type VmRegistry } from './virtual-machines.ts';
import { Vm } from './vm.ts';
import { vmFiles } from './vm-files.ts';

export interface QemuDriverOptions {
  host: Host;
  /** The row at the moment of connecting: healthy, accelerator not known yet. */
  engine: Engine;
  binary: string;
  version: string;
  vmsDir: string;
  runDir: string;
  cacheDir: string;
  kernelsDir: string;
  templatesDir: string;
  guestInit: string;
  /** For machines whose run names no limits. */
  defaults: () => { memoryBytes: number; cpus: number };
  /** How workloads start that do not say it themselves. */
  startWay: () => StartWay;
  logger: Logger;
  clock: Clock;
}

const VM_FOLDER = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const EVENT_CAPACITY = 1024;

export class QemuDriver implements Driver {
  readonly engineId;
  readonly host: Host;
  readonly logs: LogsFacet;
  readonly metrics: MetricsFacet;
  readonly isolation: IsolationFacet;
  readonly events: EventsFacet;
  readonly guest: GuestFacet;
  readonly processes: ProcessesFacet;
  readonly files: FilesFacet;
  readonly terminals: TerminalsFacet;
  readonly displays: DisplaysFacet;
  readonly disks: DisksFacet;
  readonly virtualMachines: VirtualMachinesFacet;
  readonly vmTemplates: VmTemplatesFacet;
  readonly snapshots: SnapshotKeeper;
  readonly hardware: HardwareFacet;
  readonly copies: CopiesFacet;
  readonly bin: BinFacet;
  readonly #options: QemuDriverOptions;
  readonly #vms = new Map<string, Vm>();
  readonly #watchers = new Set<Queue<DriverEvent>>();
  readonly #told = new Map<string, string>();
  readonly #scope: Scope;
  readonly #platform: PlatformKeeper;
  readonly #templates: Templates;
  #engine: Engine;
  #scanning: Promise<void> = Promise.resolve();

  constructor(options: QemuDriverOptions) {
    this.#options = options;
    this.#engine = options.engine;
    this.engineId = options.engine.id;
    this.host = options.host;
    this.#scope = new Scope((error) => options.logger.error('background work failed', { error: messageOf(error) }));
    const { host, clock, logger } = options;
    this.logs = {
      read: (id, options, signal) => readLogs({ host, vm: () => this.#get(id), options }, signal),
      firstOutput: async (id, signal) => await awaitFirstOutput({ host, vm: this.#get(id), clock }, signal),
    };
    this.metrics = { source: async (id) => metricsSource(this.#get(id), { clock, logger }) };
    this.events = createEvents({
      host,
      vm: (id) => this.#get(id),
      changes: (signal) => this.watch(signal),
    });
    this.displays = createDisplays({ host, vm: (id) => this.#get(id) });
    this.isolation = { subject: (id, signal) => isolationSubject(this.#get(id), signal) };
    const inside = createGuest({ vm: (id) => this.#get(id), clock, logger });
    this.guest = inside.guest;
    this.processes = inside.processes;
    this.files = inside.files;
    const consoles = new Consoles({ host, clock, logger });
    this.terminals = { open: async (id, kind, size, signal) => await consoles.open(this.#get(id), { kind, size }, signal) };
    this.#platform = new PlatformKeeper(options, { onResult: (result) => this.#onPlatform(result), signal: this.#scope.signal });
    this.#templates = new Templates({ ...options, dir: options.templatesDir });
    this.vmTemplates = {
      list: async (signal) => {
        const running = [...this.#vms.values()].filter((vm) => vm.connection !== null);
        const namesOf = (key: string) => running.filter((vm) => vm.run.template === key).map((vm) => vm.machine.name);
        return (await this.#templates.list(signal)).map((one) => ({ ...one, engineId: this.engineId, machines: namesOf(one.key) }));
      },
      remove: async (keys, signal) => await this.#templates.remove(keys, signal),
    };
    this.snapshots = createSnapshots({ host, clock, logger, vm: (id) => this.#get(id), all: () => this.#vms.values() });
    const vms: VmRegistry = {
      get: (id) => this.#get(id),
      names: () => [...this.#vms.values()].map((vm) => vm.machine.name),
      add: (id) => this.#add(id, { creating: true }),
      forget: (vm) => this.#forget(vm),
    };
    this.disks = createDisks({ host, vm: (id) => this.#get(id) });
    this.virtualMachines = createVirtualMachinesFacet({ ...options, vms });
    this.hardware = createHardwareFacet({ host, vms });
    this.copies = createCopiesFacet({ host, clock, vms, snapshots: this.snapshots });
    const { vmsDir } = options;
    const take = async (id: string, signal: AbortSignal) => {
      await this.#scan(signal);
      return this.#get(toMachineId(this.engineId, id));
    };
    this.bin = createBinFacet({ host, engineId: this.engineId, vmsDir, take, names: vms.names });
  }

  /** Takes over the machines that run, and finds out in the background what runs guests here. */
  async connect(signal: AbortSignal): Promise<void> {
    await this.#scan(signal);
    this.#scope.run(async (scopeSignal) => {
      await this.#platform.get(scopeSignal).catch((error: unknown) => {
        if (!isAbort(error)) this.#options.logger.warn('no guest can run yet', { error: messageOf(error) });
      });
    });
  }

  engine(): Engine {
    return this.#engine;
  }

  async list(signal: AbortSignal): Promise<Machine[]> {
    await this.#scan(signal);
    return [...this.#vms.values()].map((vm) => vm.machine);
  }

  watch(signal: AbortSignal): AsyncIterable<DriverEvent> {
    const queue = new Queue<DriverEvent>(EVENT_CAPACITY);
    this.#watchers.add(queue);
    const stop = () => {
      this.#watchers.delete(queue);
      queue.end();
    };
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    return queue;
  }

  async inspect(id: MachineId, signal: AbortSignal): Promise<MachineDetails> {
    const vm = this.#get(id);
    await vm.load(signal);
    return await describeVm(vm, { host: this.host, platform: this.#platform.prepared, qemuVersion: this.#options.version }, signal);
  }

  async act(id: MachineId, action: MachineAction, options: { force: boolean; onProgress?: OnBytes }, signal: AbortSignal): Promise<void> {
    const { onProgress = () => {} } = options;
    const vm = this.#get(id);
    const { name, state, problem } = vm.machine;
    const joins = action === 'start' && state === 'starting';
    if (!joins && !isAllowed(vm.machine, action, options)) {
      // What keeps it from starting says more than its state.
      if (action === 'start' && problem !== null) throw new AppError(problem.reason, problem.params);
      throw new AppError('machineWrongState', { name, state, action });
    }
    switch (action) {
      case 'start':
        await vm.start(onProgress, signal);
        // It may have gone on from its memory.
        if (state === 'suspended') await this.snapshots.sweep(vm, signal);
        return;
      case 'stop':
        return await vm.stop(signal);
      case 'restart':
        await vm.stop(signal);
        return await vm.start(onProgress, signal);
      case 'pause':
        return await vm.pause(signal);
      case 'resume':
        return await vm.resume(signal);
      case 'suspend':
        return await vm.suspend(onProgress, signal);
      case 'discard':
        await vm.discard(signal);
        return await this.snapshots.sweep(vm, signal);
      case 'reset':
        return await vm.reset(signal);
      case 'kill':
        return await vm.kill(signal);
      case 'remove':
        // What was never finished is nothing that anybody could want back.
        await (vm.machine.state === 'creating' || !vm.isFinished ? vm.remove(signal) : vm.putInBin(signal));
        return await this.#forget(vm);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope[Symbol.asyncDispose]();
    for (const queue of this.#watchers) queue.end();
    this.#watchers.clear();
    await Promise.all([...this.#vms.values()].map((vm) => vm[Symbol.asyncDispose]()));
  }

  /** One scan at a time: two would take the same machine over twice. */
  #scan(signal: AbortSignal): Promise<void> {
    const scan = this.#scanning.then(() => this.#scanFolders(signal));
    this.#scanning = scan.catch(() => {});
    return scan;
  }

  async #scanFolders(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw cancelled(signal);
    const folders = ((await this.host.listFolder(this.#options.vmsDir, signal)) ?? []).filter((name) => VM_FOLDER.test(name));
    // All at once: most of the time goes by in waiting for one QEMU after the other.
    const taken = await Promise.allSettled(folders.map((id) => this.#take(id, signal)));
    const failed = taken.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const vm of this.#vms.values()) {
      const { state } = vm.machine;
      if (!folders.includes(vm.id) && vm.connection === null && state !== 'creating') await this.#forget(vm);
    }
  }

  /** Reads the machine's definition, and takes it over when it is new here. */
  async #take(id: string, signal: AbortSignal): Promise<void> {
    const known = this.#vms.get(id);
    if (known !== undefined) return await known.load(signal);
    if (await isBinned(this.host, vmFiles(this.#options, id).folder, signal)) return;
    const vm = this.#add(id, {});
    try {
      await vm.load(signal);
      await vm.adopt(signal);
      await this.snapshots.found(vm, signal);
    } catch (error) {
      // Not half taken over: the next scan tries again.
      this.#vms.delete(id);
      await vm[Symbol.asyncDispose]();
      throw error;
    }
  }

  #add(id: string, of: { creating?: boolean }): Vm {
    const { host, logger, clock } = this.#options;
    const vm = new Vm({
      id,
      ...of,
      files: vmFiles(this.#options, id),
      onChange: (changed) => this.#tell(changed),
      context: {
        host,
        engineId: this.engineId,
        logger,
        clock,
        qemuVersion: this.#options.version,
        signal: this.#scope.signal,
        platform: (signal) => this.#platform.get(signal),
        prepared: () => this.#platform.prepared,
        templates: this.#templates,
        startWay: this.#options.startWay,
        keepTemplates: (prepared, { wanted, used }) =>
          this.#scope.run(async (scopeSignal) => {
            if (used !== null) await this.#templates.noteUse(used, scopeSignal);
            for (const order of wanted) await this.#templates.prepare({ ...order, prepared }, scopeSignal);
          }),
        onLost: (error) => {
          for (const queue of this.#watchers) queue.end(error);
        },
      },
    });
    this.#vms.set(id, vm);
    return vm;
  }

  async #forget(vm: Vm): Promise<void> {
    if (this.#vms.get(vm.id) !== vm) return;
    this.#vms.delete(vm.id);
    this.#told.delete(vm.id);
    await vm[Symbol.asyncDispose]();
    this.#publish({ type: 'machineRemoved', id: vm.machine.id });
  }

  /** Only what is new. */
  #tell(vm: Vm): void {
    if (this.#vms.get(vm.id) !== vm) return;
    const { machine } = vm;
    const text = JSON.stringify(machine);
    if (this.#told.get(vm.id) === text) return;
    this.#told.set(vm.id, text);
    this.#publish({ type: 'machine', machine });
  }

  #onPlatform(result: PreparedPlatform | AppError): void {
    const problem = result instanceof AppError ? result.problem : null;
    const accelerator = result instanceof AppError ? null : { name: result.accelerators.name, trials: result.accelerators.trials };
    this.#engine = { ...this.#engine, health: { status: 'healthy', problem }, accelerator };
    this.#publish({ type: 'engine', engine: this.#engine });
    // Each says what runs it.
    for (const vm of this.#vms.values()) this.#tell(vm);
  }

  #publish(event: DriverEvent): void {
    for (const queue of this.#watchers) queue.push(event);
  }

  /** @throws AppError `machineMissing` */
  #get(id: MachineId): Vm {
    const vm = this.#vms.get(splitId(id).nativeId);
    if (vm === undefined) throw new AppError('machineMissing');
    return vm;
  }
}
