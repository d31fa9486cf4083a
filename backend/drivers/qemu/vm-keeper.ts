import { type MachineId, splitId } from '../../contract/index.ts';
import { AppError, Queue } from '../../core/index.ts';
import type { DriverEvent } from '../driver.ts';
import { isBinned } from './bin-mark.ts';
import { cancelled } from './json-channel.ts';
import type { VmRegistry } from './virtual-machines.ts';
import { Vm } from './vm.ts';
import type { VmContext } from './vm-context.ts';
import { vmFiles } from './vm-files.ts';

const VM_FOLDER = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;
const EVENT_CAPACITY = 1024;

export interface VmKeeperOptions {
  vmsDir: string;
  runDir: string;
  context: VmContext;
  /** A machine was taken over: what its last app left undone in it is put right. */
  found(vm: Vm, signal: AbortSignal): Promise<void>;
}

/** The machines of a driver: finds them in their folders, takes them over, and tells of them. */
export class VmKeeper implements VmRegistry, AsyncDisposable {
  readonly #options: VmKeeperOptions;
  readonly #vms = new Map<string, Vm>();
  readonly #watchers = new Set<Queue<DriverEvent>>();
  readonly #told = new Map<string, string>();
  #scanning: Promise<void> = Promise.resolve();

  constructor(options: VmKeeperOptions) {
    this.#options = options;
  }

  all(): Vm[] {
    return [...this.#vms.values()];
  }

  /** @throws AppError `machineMissing` */
  get(id: MachineId): Vm {
    const vm = this.#vms.get(splitId(id).nativeId);
    if (vm === undefined) throw new AppError('machineMissing');
    return vm;
  }

  names(): string[] {
    return this.all().map((vm) => vm.machine.name);
  }

  add(id: string): Vm {
    return this.#add(id, { creating: true });
  }

  async forget(vm: Vm): Promise<void> {
    if (this.#vms.get(vm.id) !== vm) return;
    this.#vms.delete(vm.id);
    this.#told.delete(vm.id);
    await vm[Symbol.asyncDispose]();
    this.publish({ type: 'machineRemoved', id: vm.machine.id });
  }

  /** Reads all folders again. One scan at a time: two would take the same machine over twice. */
  scan(signal: AbortSignal): Promise<void> {
    const scan = this.#scanning.then(() => this.#scanFolders(signal));
    this.#scanning = scan.catch(() => {});
    return scan;
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

  publish(event: DriverEvent): void {
    for (const queue of this.#watchers) queue.push(event);
  }

  /** Of each machine, when what is the same for all of them has changed. */
  tellAll(): void {
    for (const vm of this.#vms.values()) this.#tell(vm);
  }

  /** Whoever watches hears of nothing more. */
  endWatching(error?: AppError): void {
    for (const queue of this.#watchers) queue.end(error);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.endWatching();
    this.#watchers.clear();
    await Promise.all(this.all().map((vm) => vm[Symbol.asyncDispose]()));
  }

  async #scanFolders(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw cancelled(signal);
    const { vmsDir, context } = this.#options;
    const folders = ((await context.host.listFolder(vmsDir, signal)) ?? []).filter((name) => VM_FOLDER.test(name));
    // All at once: most of the time goes by in waiting for one QEMU after the other.
    const taken = await Promise.allSettled(folders.map((id) => this.#take(id, signal)));
    const failed = taken.find((one) => one.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    for (const vm of this.#vms.values()) {
      const { state } = vm.machine;
      if (!folders.includes(vm.id) && vm.connection === null && state !== 'creating') await this.forget(vm);
    }
  }

  /** Reads the machine's definition, and takes it over when it is new here. */
  async #take(id: string, signal: AbortSignal): Promise<void> {
    const known = this.#vms.get(id);
    if (known !== undefined) return await known.load(signal);
    const { context, found } = this.#options;
    if (await isBinned(context.host, vmFiles(this.#options, id).folder, signal)) return;
    const vm = this.#add(id, {});
    try {
      await vm.load(signal);
      await vm.adopt(signal);
      await found(vm, signal);
    } catch (error) {
      // Not half taken over: the next scan tries again.
      this.#vms.delete(id);
      await vm[Symbol.asyncDispose]();
      throw error;
    }
  }

  #add(id: string, of: { creating?: boolean }): Vm {
    const { context } = this.#options;
    const vm = new Vm({ id, ...of, files: vmFiles(this.#options, id), context, onChange: (changed) => this.#tell(changed) });
    this.#vms.set(id, vm);
    return vm;
  }

  /** Only what is new. */
  #tell(vm: Vm): void {
    if (this.#vms.get(vm.id) !== vm) return;
    const { machine } = vm;
    const text = JSON.stringify(machine);
    if (this.#told.get(vm.id) === text) return;
    this.#told.set(vm.id, text);
    this.publish({ type: 'machine', machine });
  }
}
