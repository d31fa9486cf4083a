import {
  type Engine,
  type Machine,
  type MachineAction,
  type MachineDetails,
  type MachineId,
  type StartWay,
  toMachineId,
} from '../../contract/index.ts';
import { AppError, type Clock, isAbort, type Logger, messageOf, Scope } from '../../core/index.ts';
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
import { createBinFacet } from './bin.ts';
import { createCopiesFacet } from './copies/copies.ts';
import { createDisks } from './disks/index.ts';
import { createDisplays } from './displays.ts';
import { createEvents } from './events.ts';
import { describeVm } from './facts.ts';
import { createGuest } from './guest/index.ts';
import { createHardwareFacet } from './hardware.ts';
import { isolationSubject } from './isolation.ts';
import { awaitFirstOutput, readLogs } from './logs.ts';
import { metricsSource } from './metrics.ts';
import type { PreparedPlatform } from './platform.ts';
import { PlatformKeeper } from './platform-keeper.ts';
import { createSnapshots, type SnapshotKeeper } from './snapshots/index.ts';
import { Templates } from './templates.ts';
import { Consoles } from './terminals.ts';
import { createVirtualMachinesFacet } from './virtual-machines.ts';
import type { Vm } from './vm.ts';
import type { VmContext } from './vm-context.ts';
import { VmKeeper } from './vm-keeper.ts';

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
  readonly #vms: VmKeeper;
  readonly #scope: Scope;
  readonly #platform: PlatformKeeper;
  readonly #templates: Templates;
  #engine: Engine;

  constructor(options: QemuDriverOptions) {
    this.#options = options;
    this.#engine = options.engine;
    this.engineId = options.engine.id;
    this.host = options.host;
    this.#scope = new Scope((error) => options.logger.error('background work failed', { error: messageOf(error) }));
    const { host, clock, logger, vmsDir } = options;
    this.#platform = new PlatformKeeper(options, { onResult: (result) => this.#onPlatform(result), signal: this.#scope.signal });
    this.#templates = new Templates({ ...options, dir: options.templatesDir, inUse: () => new Set(this.#clones().map(({ key }) => key)) });
    const found = (one: Vm, signal: AbortSignal) => this.snapshots.found(one, signal);
    this.#vms = new VmKeeper({ ...options, context: this.#context(), found });
    const vms = this.#vms;
    const vm = (id: MachineId) => vms.get(id);
    this.logs = {
      read: (id, options, signal) => readLogs({ host, vm: () => vm(id), options }, signal),
      firstOutput: async (id, signal) => await awaitFirstOutput({ host, vm: vm(id), clock }, signal),
    };
    this.metrics = { source: async (id) => metricsSource(vm(id), { clock, logger }) };
    this.events = createEvents({ host, vm, changes: (signal) => vms.watch(signal) });
    this.displays = createDisplays({ host, vm });
    this.isolation = { subject: (id, signal) => isolationSubject(vm(id), signal) };
    const inside = createGuest({ vm, clock, logger });
    this.guest = inside.guest;
    this.processes = inside.processes;
    this.files = inside.files;
    const consoles = new Consoles({ host, clock, logger });
    this.terminals = { open: async (id, kind, size, signal) => await consoles.open(vm(id), { kind, size }, signal) };
    this.vmTemplates = {
      list: async (signal) => {
        const namesOf = (key: string) => this.#clones().flatMap((clone) => (clone.key === key ? [clone.name] : []));
        return (await this.#templates.list(signal)).map((one) => ({ ...one, engineId: this.engineId, machines: namesOf(one.key) }));
      },
      remove: async (keys, signal) => await this.#templates.remove(keys, signal),
    };
    this.snapshots = createSnapshots({ host, clock, logger, vm, all: () => vms.all() });
    this.disks = createDisks({ host, vm });
    this.virtualMachines = createVirtualMachinesFacet({ ...options, vms, prepared: () => this.#platform.prepared });
    this.hardware = createHardwareFacet({ host, vms });
    this.copies = createCopiesFacet({ host, clock, vms, snapshots: this.snapshots });
    const take = async (id: string, signal: AbortSignal) => {
      await vms.scan(signal);
      return vm(toMachineId(this.engineId, id));
    };
    this.bin = createBinFacet({ host, engineId: this.engineId, vmsDir, take, names: () => vms.names() });
  }

  /** Takes over the machines that run, and finds out in the background what runs guests here. */
  async connect(signal: AbortSignal): Promise<void> {
    await this.#vms.scan(signal);
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
    await this.#vms.scan(signal);
    return this.#vms.all().map((vm) => vm.machine);
  }

  watch(signal: AbortSignal): AsyncIterable<DriverEvent> {
    return this.#vms.watch(signal);
  }

  async inspect(id: MachineId, signal: AbortSignal): Promise<MachineDetails> {
    const vm = this.#vms.get(id);
    await vm.load(signal);
    return await describeVm(vm, { host: this.host, platform: this.#platform.prepared, qemuVersion: this.#options.version }, signal);
  }

  async act(id: MachineId, action: MachineAction, options: { force: boolean; onProgress?: OnBytes }, signal: AbortSignal): Promise<void> {
    const { onProgress = () => {} } = options;
    const vm = this.#vms.get(id);
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
        return await this.#vms.forget(vm);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope[Symbol.asyncDispose]();
    await this.#vms[Symbol.asyncDispose]();
  }

  /** Machines that go on from a template, or are about to. */
  #clones(): { key: string; name: string }[] {
    return this.#vms.all().flatMap(({ connection, run, machine }) => {
      const isOn = connection !== null || machine.state === 'starting';
      return isOn && run.template !== null ? [{ key: run.template, name: machine.name }] : [];
    });
  }

  #context(): VmContext {
    const { host, logger, clock, version, startWay } = this.#options;
    return {
      host,
      engineId: this.engineId,
      logger,
      clock,
      qemuVersion: version,
      signal: this.#scope.signal,
      platform: (signal) => this.#platform.get(signal),
      prepared: () => this.#platform.prepared,
      templates: this.#templates,
      startWay,
      keepTemplates: (prepared, { wanted, used }) =>
        this.#scope.run(async (scopeSignal) => {
          if (used !== null) await this.#templates.noteUse(used, scopeSignal);
          for (const order of wanted) await this.#templates.prepare({ ...order, prepared }, scopeSignal);
        }),
      onLost: (error) => this.#vms.endWatching(error),
    };
  }

  #onPlatform(result: PreparedPlatform | AppError): void {
    const problem = result instanceof AppError ? result.problem : null;
    const accelerator = result instanceof AppError ? null : { name: result.accelerators.name, trials: result.accelerators.trials };
    this.#engine = { ...this.#engine, health: { status: 'healthy', problem }, accelerator };
    this.#vms.publish({ type: 'engine', engine: this.#engine });
    // Each says what runs it.
    this.#vms.tellAll();
  }
}
