import type { Machine, MachineAction, MachineId } from '../backend/contract/index.ts';
import { silentLogger } from '../backend/core/index.ts';
import type { Driver, VirtualMachinesFacet } from '../backend/drivers/driver.ts';
import { facetOf } from '../backend/drivers/facets.ts';
import type { QemuFinderOptions } from '../backend/drivers/qemu/finder.ts';
import { type VmFiles, vmFiles } from '../backend/drivers/qemu/vm-files.ts';
import type { Host } from '../backend/hosts/host.ts';
import { createLocalHost } from '../backend/hosts/local.ts';
import { mountRoom, type Room } from './room.ts';
import { temporaryFolder } from './temporary.ts';
import { connectTestQemu, testQemuOptions } from './test-guests.ts';
import { createSystem, type TestSystem } from './test-systems.ts';

const never = new AbortController().signal;

/** Disposing removes it, whatever it does. */
export interface TestMachine extends AsyncDisposable {
  readonly id: MachineId;
  readonly files: VmFiles;
}

/** QEMU on this host, with machines in a folder of the tests' own. Disposing removes those that a test that failed has left. */
export class QemuBed implements AsyncDisposable {
  readonly host: Host;
  readonly folder: string;
  readonly options: QemuFinderOptions;
  /** What the machines' folders lie in; null: in the host's own. */
  readonly room: Room | null;
  readonly #parts: AsyncDisposableStack;
  #driver: Driver;

  private constructor(of: Pick<QemuBed, 'host' | 'folder' | 'options' | 'room' | 'driver'> & { parts: AsyncDisposableStack }) {
    this.host = of.host;
    this.folder = of.folder;
    this.options = of.options;
    this.room = of.room;
    this.#driver = of.driver;
    this.#parts = of.parts;
  }

  /** @param roomBytes of a file system of the bed's own for the machines */
  static async open(changes: Partial<QemuFinderOptions> = {}, roomBytes: number | null = null): Promise<QemuBed> {
    await using parts = new AsyncDisposableStack();
    const host = parts.use(createLocalHost({ logger: silentLogger }));
    const folder = parts.use(await temporaryFolder()).path;
    const options = { ...(await testQemuOptions(folder)), ...changes };
    const room = roomBytes === null ? null : parts.use(await mountRoom(options.vmsDir, roomBytes));
    const driver = await connectTestQemu(host, options, never);
    return new QemuBed({ host, folder, options, room, driver, parts: parts.move() });
  }

  get driver(): Driver {
    return this.#driver;
  }

  get vms(): VirtualMachinesFacet {
    return facetOf(this.#driver, 'virtualMachines');
  }

  /** As the app’s next start: another driver takes over what runs. @param meanwhile what happens before */
  async reconnect<T>(meanwhile?: () => Promise<T>): Promise<T | undefined> {
    await this.#driver[Symbol.asyncDispose]();
    try {
      return await meanwhile?.();
    } finally {
      this.#driver = await connectTestQemu(this.host, this.options, never);
    }
  }

  async system(of: TestSystem): Promise<TestMachine> {
    return this.removed(await createSystem(this.vms, this.host, of));
  }

  removed(id: MachineId): TestMachine {
    return { id, files: this.filesOf(id), [Symbol.asyncDispose]: () => this.act(id, 'remove', { force: true }) };
  }

  filesOf(id: MachineId): VmFiles {
    return vmFiles(this.options, id.slice(id.indexOf('/') + 1));
  }

  async act(id: MachineId, action: MachineAction, options = { force: false }): Promise<void> {
    await this.#driver.act(id, action, options, never);
  }

  async find(id: MachineId): Promise<Machine | undefined> {
    return (await this.#driver.list(never)).find((machine) => machine.id === id);
  }

  /** The machine's row once it is as asked. */
  async until(id: MachineId, isIt: (machine: Machine) => boolean): Promise<Machine> {
    const enough = new AbortController();
    try {
      const events = this.#driver.watch(enough.signal);
      const now = await this.find(id);
      if (now !== undefined && isIt(now)) return now;
      for await (const event of events)
        if (event.type === 'machine' && event.machine.id === id && isIt(event.machine)) return event.machine;
      throw new Error('the driver’s events ended');
    } finally {
      enough.abort();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { id } of await this.#driver.list(never)) await this.act(id, 'remove', { force: true });
    await this.#driver[Symbol.asyncDispose]();
    await this.#parts[Symbol.asyncDispose]();
  }
}
