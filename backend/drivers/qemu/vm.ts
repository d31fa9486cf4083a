import { randomBytes } from 'node:crypto';
import type { Machine, PortForward, Problem, StartTiming, VmMake, VmWork } from '../../contract/index.ts';
import { AppError, isAbort, messageOf, toAppError } from '../../core/index.ts';
import type { OnBytes } from '../byte-progress.ts';
import { binFile, formatBinMark } from './bin-mark.ts';
import { ConditionWaiter } from './condition-waiter.ts';
import type { Connection } from './connection.ts';
import { type Definition, withGeneration } from './definition.ts';
import { DefinitionFile } from './definition-file.ts';
import { setSystemTime, shutDownByAgent } from './guest/agent-of.ts';
import { toMachine, type VmState } from './machines.ts';
import type { Run } from './run-events.ts';
import { startRun } from './run-start.ts';
import { suspendRun } from './snapshots/saved.ts';
import type { VmContext } from './vm-context.ts';
import type { VmFiles } from './vm-files.ts';
import { VmRun } from './vm-run.ts';

/** A clone's first second belongs to its workload. */
const CLONE_PEACE_MS = 1000;

/** One virtual machine: its folder, its definition, and its run, if there is or was one, from one to the next. */
export class Vm implements AsyncDisposable {
  readonly id: string;
  readonly files: VmFiles;
  readonly context: VmContext;
  readonly #onChange: (vm: Vm) => void;
  readonly #waiter = new ConditionWaiter();
  readonly #definition: DefinitionFile;
  #creating: VmState['creating'];
  #phase: VmState['phase'] = 'idle';
  /** Why the last start did not even reach the guest. */
  #startProblem: Problem | null = null;
  #run = this.#newRun();
  #start: Promise<void> | null = null;
  /** What is being done with its disks or devices. */
  #work: VmWork | null = null;
  #removed = false;
  #failedStarts = 0;

  constructor(of: { id: string; files: VmFiles; context: VmContext; onChange: (vm: Vm) => void; creating?: boolean }) {
    this.id = of.id;
    this.files = of.files;
    this.context = of.context;
    this.#onChange = of.onChange;
    this.#creating = of.creating === true ? { progress: null } : null;
    this.#definition = new DefinitionFile(of.context.host, of.files.definition);
  }

  get machine(): Machine {
    const { engineId, prepared } = this.context;
    return toMachine(
      {
        id: this.id,
        folder: this.files.folder,
        definition: this.#definition.read,
        creating: this.#creating,
        phase: this.#phase,
        startProblem: this.#startProblem,
        ...this.#run.state,
      },
      { engineId, prepared: prepared() },
    );
  }

  get connection(): Connection | null {
    return this.#run.connection;
  }

  /** What is known of its last run. */
  get run(): Run {
    return this.#run.state.run;
  }

  /** Whether it has an operating system of its own; false while its definition cannot be read. */
  get isSystem(): boolean {
    return this.#definition.read.value?.guest.type === 'system';
  }

  get isReadable(): boolean {
    return this.#definition.read.value !== null;
  }

  /** Whether all that it is made of is there, as far as can be known. */
  get isFinished(): boolean {
    return this.#definition.read.value?.finished !== false;
  }

  get isPaused(): boolean {
    return this.#run.state.isPaused;
  }

  /** What it runs with now; null while it does not run. */
  get make(): VmMake | null {
    const { isUp, make } = this.#run.state;
    return isUp ? make : null;
  }

  /** @throws AppError `definitionInvalid` */
  get definition(): Definition {
    return this.#definition.value;
  }

  /** Reads the definition again: people may edit it. */
  async load(signal: AbortSignal): Promise<void> {
    const before = JSON.stringify(this.machine);
    await this.#definition.load(signal);
    if (JSON.stringify(this.machine) !== before) this.#changed();
  }

  async save(value: Definition, signal: AbortSignal): Promise<void> {
    await this.#definition.save(value, signal);
    this.#changed();
  }

  /** As its guest agent told them just now. */
  setAddresses(addresses: string[]): void {
    this.#run.setAddresses(addresses);
  }

  /** It is another machine now, or the same at another time: what its last start failed at counts no more. */
  async replace(value: Definition, signal: AbortSignal): Promise<void> {
    this.#startProblem = null;
    await this.save(value, signal);
  }

  /** What of the definition counts already for the run that is on. */
  async saveMake(make: VmMake, signal: AbortSignal): Promise<void> {
    await this.#run.saveMake(make, signal);
  }

  /** What the start of its last run took. */
  async keepTiming(timing: StartTiming, signal: AbortSignal): Promise<void> {
    await this.#run.keepTiming(timing, signal);
  }

  setCreating(creating: VmState['creating']): void {
    this.#creating = creating;
    this.#changed();
  }

  /**
   * One at a time of what changes a machine's disks or devices, and none while it starts or ends.
   * @param what as it is told to who comes second
   * @throws AppError `vmBusy`
   */
  async exclusively<Result>(what: VmWork, work: () => Promise<Result>): Promise<Result> {
    const { name } = this.machine;
    if (this.#work !== null) throw new AppError('vmBusy', { name, work: this.#work });
    if (this.#phase !== 'idle') throw new AppError('vmBusy', { name, work: this.#phase });
    this.#work = what;
    try {
      return await work();
    } finally {
      this.#work = null;
    }
  }

  /** Finds out how the last run went, and takes the machine over when it still runs. */
  async adopt(signal: AbortSignal): Promise<void> {
    await this.#run.adopt(signal);
  }

  /**
   * Returns when the workload runs, or the system was switched on. A second call joins the first.
   * @param onProgress of the memory that it goes on from
   */
  start(onProgress: OnBytes, signal: AbortSignal): Promise<void> {
    if (this.#work !== null) return Promise.reject(new AppError('vmBusy', { name: this.machine.name, work: this.#work }));
    this.#start ??= this.#launch(onProgress, signal).finally(() => {
      this.#start = null;
    });
    return this.#start;
  }

  /** @throws AppError `guestIgnoresShutdown`: a system is never cut off without being asked to */
  async stop(signal: AbortSignal): Promise<void> {
    this.#run.mustBeUp('stop');
    this.#setPhase('stopping');
    try {
      await this.#run.stop((by) => shutDownByAgent(this, by), signal);
    } finally {
      this.#setPhase('idle');
    }
  }

  async kill(signal: AbortSignal): Promise<void> {
    await this.#run.kill(signal);
  }

  /**
   * Its memory goes to disk and QEMU ends; the next start goes on from there. When that fails or is aborted the machine goes on.
   * @throws AppError `memoryNotSaved`, `memoryNoSpace`, `vmBusy`
   */
  async suspend(onProgress: OnBytes, signal: AbortSignal): Promise<void> {
    const connection = this.#run.mustBeUp('suspend');
    await this.exclusively('suspend', async () => {
      this.#setPhase('saving');
      try {
        await suspendRun(this, { connection, onProgress }, signal);
      } finally {
        this.#setPhase('idle');
      }
    });
  }

  /** Gives the memory up that the next start would go on from. */
  async discard(signal: AbortSignal): Promise<void> {
    await this.exclusively('discard', async () => {
      await this.replace({ ...this.definition, saved: null }, signal);
    });
  }

  /** Ends QEMU at once, as a power cut would; nothing is asked of the guest. */
  async cutOff(signal: AbortSignal): Promise<void> {
    await this.#run.cutOff(signal);
  }

  /** As its reset button would. */
  async reset(signal: AbortSignal): Promise<void> {
    await this.#run.reset(signal);
  }

  /** Takes a device out; false when the guest has not let go of it. */
  async unplug(device: string, signal: AbortSignal): Promise<boolean> {
    return await this.#run.unplug(device, signal);
  }

  async pause(signal: AbortSignal): Promise<void> {
    await this.#run.pause(signal);
  }

  async resume(signal: AbortSignal): Promise<void> {
    await this.#run.resume(signal);
    this.#inPeace(0, (signal) => this.#setGuestTime(signal));
  }

  async remove(signal: AbortSignal): Promise<void> {
    this.#removed = true;
    await this.#run.forsake(signal);
    await this.context.host.remove(this.files.folder, signal);
  }

  /** Ends it, and marks its folder as removed; nothing else of it changes. */
  async putInBin(signal: AbortSignal): Promise<void> {
    const { host, clock } = this.context;
    const { name } = this.machine;
    this.#removed = true;
    await this.#run.forsake(signal);
    await host.writeFile(binFile(this.files.folder), formatBinMark({ name, binnedAtMs: clock.now() }), {}, signal);
  }

  async setPorts(ports: PortForward[], signal: AbortSignal): Promise<void> {
    await this.#run.setForwards({ from: this.definition.ports, to: ports }, signal);
    await this.save({ ...this.definition, ports }, signal);
  }

  /** Resolves at the end of the run that is on now; at once when there is none. */
  async ended(signal: AbortSignal): Promise<void> {
    await this.#waiter.until(() => !this.#run.state.isUp && this.#phase !== 'starting', null, signal);
  }

  /** Resolves when the machine is up, with false when its start failed. */
  async launched(signal: AbortSignal): Promise<boolean> {
    const before = this.#failedStarts;
    await this.#waiter.until(() => this.#run.state.isUp || this.#failedStarts > before || this.#removed, null, signal);
    return this.#run.state.isUp;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#run[Symbol.asyncDispose]();
  }

  async #launch(onProgress: OnBytes, signal: AbortSignal): Promise<void> {
    await this.load(signal);
    const { guest, saved } = this.definition;
    // It was made before there was one.
    if (guest.type === 'system' && guest.generationId === undefined && saved === null)
      await this.save({ ...this.definition, guest: withGeneration(guest) }, signal);
    this.#startProblem = null;
    this.#run = this.#newRun();
    this.#setPhase('starting');
    try {
      const loaded = (commit: AbortSignal) => this.save({ ...this.definition, saved: null }, commit);
      await startRun(this.#run, { owner: this, loaded, onProgress }, signal);
    } catch (error) {
      await this.#abandon(error);
      throw error;
    } finally {
      this.#setPhase('idle');
    }
    const { state, problem } = this.machine;
    // What a system that runs still lacks is no failure of its start.
    if (state === 'failed' && problem !== null)
      throw new AppError(problem.reason, problem.params, problem.detail === null ? {} : { detail: problem.detail });
    const { way } = this.run;
    if (way === 'restore') await this.#wake();
    this.#inPeace(way === 'clone' || way === 'warm' ? CLONE_PEACE_MS : 0, async (signal) => {
      await this.connection?.watchMemory(signal);
      if (way !== 'restore') await this.#setGuestTime(signal);
    });
  }

  #newRun(): VmRun {
    return new VmRun(this, () => this.#changed());
  }

  async #abandon(error: unknown): Promise<void> {
    const { signal, logger } = this.context;
    await this.#run.fail(error, signal).catch((failure: unknown) => {
      logger.warn('a failed start could not be cleaned up', { id: this.id, error: messageOf(failure) });
    });
    this.#startProblem = isAbort(error) ? null : toAppError(error).problem;
    this.#failedStarts++;
  }

  /** A guest's clock stands still while it boots and while it is paused. */
  async #setGuestTime(signal: AbortSignal): Promise<void> {
    const { clock } = this.context;
    await (this.isSystem ? setSystemTime(this, clock.now(), signal) : this.connection?.agent?.setTime(clock.now(), signal));
  }

  /** What nobody waits for, and what may fail: it is of a guest that may have ended. */
  #inPeace(afterMs: number, work: (signal: AbortSignal) => Promise<void>): void {
    const { clock, signal, logger } = this.context;
    const rest = afterMs > 0 ? clock.sleep(afterMs, signal) : Promise.resolve();
    rest
      .then(() => work(signal))
      .catch((error: unknown) => {
        if (!isAbort(error)) logger.debug('a guest was not tended', { id: this.id, error: messageOf(error) });
      });
  }

  /** Its memory is of another time: it has the wrong clock, and its random numbers may have been drawn before. */
  async #wake(): Promise<void> {
    const { signal, logger } = this.context;
    try {
      // A system hears it from its generation ID.
      await this.connection?.agent?.seed(randomBytes(64), signal);
      await this.#setGuestTime(signal);
    } catch (error) {
      logger.warn('a guest was not told that its memory is old', { id: this.id, error: messageOf(error) });
    }
  }

  #setPhase(phase: VmState['phase']): void {
    this.#phase = phase;
    this.#changed();
  }

  #changed(): void {
    this.#waiter.changed();
    if (!this.#removed) this.#onChange(this);
  }
}
