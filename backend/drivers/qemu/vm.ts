import { type EngineId, type Machine, type PortForward, type StartWay, toProblem, type VmMake, type VmWork } from '../../contract/index.ts';
import { AppError, type Clock, isAbort, type Logger, messageOf, toAppError } from '../../core/index.ts';
import type { Argv, Host } from '../../hosts/host.ts';
import { binFile, formatBinMark } from './bin.ts';
import { endCompanions } from './companions.ts';
import { ConditionWaiter } from './condition-waiter.ts';
import { Connection } from './connection.ts';
import { type Definition, formatDefinition, formatMake, makeOf, parseDefinition, parseMake } from './definition.ts';
import { diskErrorIn } from './disk-error.ts';
import { type Ending, killGuest, quit, shutDownSystem, stopGuest } from './ending.ts';
import { qemuWords } from './errors.ts';
import { setSystemTime, shutDownByAgent } from './guest/agent-of.ts';
import { toMachine, type VmState } from './machines.ts';
import type { PreparedPlatform } from './platform.ts';
import { setForwards } from './port-forwards.ts';
import { beginRun, killProcess, launch, type RunBeginning, readText, runningPid } from './process.ts';
import type { QmpEvent } from './qmp.ts';
import { formatEvent, NO_RUN, type Run, readRun } from './run-events.ts';
import { goOn } from './snapshots/memory.ts';
import { newMemoryFile } from './snapshots/overlays.ts';
import { saveRun, startSaved } from './snapshots/saved.ts';
import { START_LIMIT_MS, type Starting, startSystem, startWorkload } from './starts.ts';
import type { TemplateOrder, Templates } from './templates.ts';
import type { VmFiles } from './vm-files.ts';

/** What every machine of a driver shares. */
export interface VmContext {
  host: Host;
  engineId: EngineId;
  logger: Logger;
  clock: Clock;
  qemuVersion: string;
  /** Ends with the driver. */
  signal: AbortSignal;
  platform(signal: AbortSignal): Promise<PreparedPlatform>;
  /** What is known of the platform so far; null before anything is. */
  prepared(): PreparedPlatform | null;
  templates: Pick<Templates, 'find' | 'forget'>;
  /** How workloads start that do not say it themselves. */
  startWay(): StartWay;
  /** In the background: the next start of such a machine can be a clone. */
  prepareTemplates(prepared: PreparedPlatform, wanted: TemplateOrder[]): void;
  onChange(vm: Vm): void;
  /** The host cannot be reached any more. */
  onLost(error: AppError): void;
}

/** QEMU does what it is told at once; its process ends a moment after its socket. */
const ANSWER_LIMIT_MS = 5000;
/** A guest's kernel that hears of it lets a device go within a second or two, or never. */
const UNPLUG_LIMIT_MS = 10_000;
const CLONE_TIME_MS = 1000;
const EXITED_BY_KILL = 137;

/** One virtual machine: its folder, and its QEMU while it runs. */
export class Vm implements AsyncDisposable {
  readonly id: string;
  readonly files: VmFiles;
  readonly #context: VmContext;
  readonly #state: VmState;
  readonly #waiter = new ConditionWaiter();
  #connection: Connection | null = null;
  #start: Promise<void> | null = null;
  /** What is being done with its disks or devices. */
  #work: VmWork | null = null;
  #endedByUs = false;
  #shuttingDown = false;
  #removed = false;
  /** Devices whose end QEMU has told. */
  readonly #unplugged = new Set<string>();
  #failedStarts = 0;

  constructor(of: { id: string; files: VmFiles; context: VmContext; creating?: boolean }) {
    this.id = of.id;
    this.files = of.files;
    this.#context = of.context;
    this.#state = {
      id: of.id,
      folder: of.files.folder,
      definition: { value: null, problem: toProblem('definitionInvalid', { path: of.files.definition, message: 'it was not read yet' }) },
      creating: of.creating === true ? { progress: null } : null,
      phase: 'idle',
      isUp: false,
      make: null,
      isPaused: false,
      diskError: null,
      run: NO_RUN,
      startProblem: null,
      addresses: [],
      foundNothingToBoot: false,
      qemuWords: '',
    };
  }

  get context(): VmContext {
    return this.#context;
  }

  get machine(): Machine {
    return toMachine(this.#state, { engineId: this.#context.engineId, prepared: this.#context.prepared() });
  }

  get connection(): Connection | null {
    return this.#connection;
  }

  get run(): VmState['run'] {
    return this.#state.run;
  }

  /** Whether it has an operating system of its own; false while its definition cannot be read. */
  get isSystem(): boolean {
    return this.#state.definition.value?.guest.type === 'system';
  }

  get isReadable(): boolean {
    return this.#state.definition.value !== null;
  }

  /** Whether all that it is made of is there, as far as can be known. */
  get isFinished(): boolean {
    return this.#state.definition.value?.finished !== false;
  }

  get isPaused(): boolean {
    return this.#state.isPaused;
  }

  /** What it runs with now; null while it does not run. */
  get make(): VmMake | null {
    return this.#state.isUp ? this.#state.make : null;
  }

  /** @throws AppError `definitionInvalid` */
  get definition(): Definition {
    const { value, problem } = this.#state.definition;
    if (value !== null) return value;
    throw new AppError(problem.reason, problem.params);
  }

  /** Reads the definition again: people may edit it. */
  async load(signal: AbortSignal): Promise<void> {
    const before = JSON.stringify(this.machine);
    try {
      const text = (await this.#context.host.readFile(this.files.definition, signal)).toString();
      this.#state.definition = { value: parseDefinition(this.files.definition, text), problem: null };
    } catch (error) {
      if (!(error instanceof AppError) || (error.reason !== 'definitionInvalid' && error.code !== 'notFound')) throw error;
      const problem =
        error.reason === 'definitionInvalid'
          ? error
          : new AppError('definitionInvalid', { path: this.files.definition, message: 'it is missing' });
      this.#state.definition = { value: null, problem: problem.problem };
    }
    if (JSON.stringify(this.machine) !== before) this.#changed();
  }

  async save(value: Definition, signal: AbortSignal): Promise<void> {
    await this.#context.host.writeFile(this.files.definition, formatDefinition(value), {}, signal);
    this.#state.definition = { value, problem: null };
    this.#changed();
  }

  /** As its guest agent told them just now. */
  setAddresses(addresses: string[]): void {
    this.#state.addresses = addresses;
    this.#changed();
  }

  /** It is another machine now, or the same at another time: what its last start failed at counts no more. */
  async replace(value: Definition, signal: AbortSignal): Promise<void> {
    this.#state.startProblem = null;
    await this.save(value, signal);
  }

  /** What of the definition counts already for the run that is on. */
  async saveMake(make: VmMake, signal: AbortSignal): Promise<void> {
    await this.#context.host.writeFile(this.files.make, formatMake(make), {}, signal);
    this.#state.make = make;
    this.#changed();
  }

  setCreating(creating: VmState['creating']): void {
    this.#state.creating = creating;
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
    if (this.#state.phase !== 'idle') throw new AppError('vmBusy', { name, work: this.#state.phase });
    this.#work = what;
    try {
      return await work();
    } finally {
      this.#work = null;
    }
  }

  /** Finds out how the last run went, and takes the machine over when it still runs. */
  async adopt(signal: AbortSignal): Promise<void> {
    const { host } = this.#context;
    this.#state.run = readRun(await readText(host, this.files.events, signal));
    const pid = await runningPid(host, this.files, signal);
    if (pid !== null) {
      this.#state.make = parseMake(await readText(host, this.files.make, signal));
      await this.#connect({ pid, isNew: false }, signal);
    } else await this.#settle(signal);
  }

  /** Returns when the workload runs, or the system was switched on. A second call joins the first. */
  start(signal: AbortSignal): Promise<void> {
    if (this.#work !== null) return Promise.reject(new AppError('vmBusy', { name: this.machine.name, work: this.#work }));
    this.#start ??= this.#launch(signal).finally(() => {
      this.#start = null;
    });
    return this.#start;
  }

  /** @throws AppError `guestIgnoresShutdown`: a system is never cut off without being asked to */
  async stop(signal: AbortSignal): Promise<void> {
    const ending = this.#ending(this.#mustRun('stop'));
    const byAgent = (by: AbortSignal) => shutDownByAgent(this, by);
    this.#setPhase('stopping');
    try {
      await (this.isSystem ? shutDownSystem({ ...ending, byAgent }, signal) : stopGuest(ending, signal));
    } finally {
      this.#setPhase('idle');
    }
  }

  async kill(signal: AbortSignal): Promise<void> {
    await killGuest(this.#ending(this.#mustRun('kill')), signal);
  }

  /** Its memory goes to disk and QEMU ends; the next start goes on from there. @throws AppError `memoryNotSaved`, `noSpace`, `vmBusy` */
  async suspend(signal: AbortSignal): Promise<void> {
    const connection = this.#mustRun('suspend');
    await this.exclusively('suspend', async () => {
      const prepared = await this.#context.platform(signal);
      const saved = await saveRun(this, { connection, file: newMemoryFile(), prepared, onProgress: () => {} }, signal);
      try {
        await this.save({ ...this.definition, saved }, signal);
      } catch (error) {
        await goOn(connection.qmp, { paused: false });
        throw error;
      }
      await quit(this.#ending(connection), signal);
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
    if (this.#connection !== null) await quit(this.#ending(this.#connection), signal);
  }

  /** As its reset button would. */
  async reset(signal: AbortSignal): Promise<void> {
    await this.#mustRun('reset').qmp.execute('system_reset', {}, signal);
  }

  /** Takes a device out; false when the guest has not let go of it. */
  async unplug(device: string, signal: AbortSignal): Promise<boolean> {
    const { qmp } = this.#mustRun('unplug');
    this.#unplugged.delete(device);
    await qmp.execute('device_del', { id: device }, signal);
    return await this.#waiter.until(() => this.#unplugged.has(device), UNPLUG_LIMIT_MS, signal);
  }

  async pause(signal: AbortSignal): Promise<void> {
    await this.#mustRun('pause').qmp.execute('stop', {}, signal);
    await this.#waiter.until(() => this.#state.isPaused || !this.#state.isUp, ANSWER_LIMIT_MS, signal);
  }

  async resume(signal: AbortSignal): Promise<void> {
    await this.#mustRun('resume').qmp.execute('cont', {}, signal);
    await this.#waiter.until(() => !this.#state.isPaused, ANSWER_LIMIT_MS, signal);
    this.#setGuestTime();
  }

  async remove(signal: AbortSignal): Promise<void> {
    this.#removed = true;
    if (this.#connection !== null) await quit(this.#ending(this.#connection), signal);
    await this.#clearRun(signal);
    await this.#context.host.remove(this.files.folder, signal);
  }

  /** Ends it, and marks its folder as removed; nothing else of it changes. */
  async putInBin(signal: AbortSignal): Promise<void> {
    const { host, clock } = this.#context;
    const { name } = this.machine;
    this.#removed = true;
    if (this.#connection !== null) await quit(this.#ending(this.#connection), signal);
    await this.#clearRun(signal);
    await host.writeFile(binFile(this.files.folder), formatBinMark({ name, binnedAtMs: clock.now() }), {}, signal);
  }

  async setPorts(ports: PortForward[], signal: AbortSignal): Promise<void> {
    const connection = this.#connection;
    const before = this.definition.ports;
    if (connection !== null) await setForwards(connection.qmp, { from: before, to: ports, nextPort: this.#nextPort }, signal);
    await this.save({ ...this.definition, ports }, signal);
  }

  /** Resolves at the end of the run that is on now; at once when there is none. */
  async ended(signal: AbortSignal): Promise<void> {
    await this.#waiter.until(() => !this.#state.isUp && this.#state.phase !== 'starting', null, signal);
  }

  /** Resolves when the machine is up, with false when its start failed. */
  async launched(signal: AbortSignal): Promise<boolean> {
    const before = this.#failedStarts;
    await this.#waiter.until(() => this.#state.isUp || this.#failedStarts > before || this.#removed, null, signal);
    return this.#state.isUp;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    await connection?.[Symbol.asyncDispose]();
  }

  async #launch(signal: AbortSignal): Promise<void> {
    await this.load(signal);
    const { definition } = this;
    const { guest } = definition;
    Object.assign(this.#state, { startProblem: null, run: NO_RUN, foundNothingToBoot: false, addresses: [], qemuWords: '' });
    this.#endedByUs = false;
    this.#shuttingDown = false;
    this.#setPhase('starting');
    try {
      const prepared = await this.#context.platform(signal);
      if (definition.saved !== null) {
        const loaded = () => this.save({ ...this.definition, saved: null }, signal);
        await startSaved(this.#starting(definition), { saved: definition.saved, prepared, loaded }, signal);
        await this.#awaitWorkload(signal);
      } else if (guest.type === 'workload') {
        const wanted = await startWorkload(this.#starting(definition), { guest, prepared }, signal);
        await this.#awaitWorkload(signal);
        this.#context.prepareTemplates(prepared, wanted);
      } else {
        await startSystem(this.#starting(definition), { guest, prepared }, signal);
        // Of a system nobody can say more than that it was switched on.
        await this.#note('started', {}, signal);
      }
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
    // A clone was told, within some 40 ms of it: its first second belongs to its workload.
    const { way } = this.#state.run;
    this.#setGuestTime(way === 'clone' || way === 'warm' ? CLONE_TIME_MS : 0);
  }

  #starting(definition: Definition): Starting {
    const { files, id } = this;
    const context = this.#context;
    return {
      id,
      definition,
      files,
      context,
      begin: async (of, signal) => await this.#begin(of, signal),
      run: async (argv, signal) => await this.#run(argv, signal),
      endAttempt: async (signal) => await this.#endAttempt(signal),
    };
  }

  async #begin(of: RunBeginning, signal: AbortSignal): Promise<void> {
    const { host, clock } = this.#context;
    const timeMs = clock.now();
    await beginRun(host, { files: this.files, timeMs, ...of }, signal);
    await this.saveMake(makeOf(this.definition), signal);
    this.#state.run = { ...NO_RUN, launchedAtMs: timeMs, ...of };
  }

  async #run(argv: Argv, signal: AbortSignal): Promise<Connection> {
    const pid = await launch(this.#context.host, { argv, files: this.files, nextPort: this.#nextPort }, signal);
    return await this.#connect({ pid, isNew: true }, signal);
  }

  /** @throws AppError `guestSilent` */
  async #awaitWorkload(signal: AbortSignal): Promise<void> {
    // A clone has said so by now: sooner than who follows the book hears of it.
    this.#state.run = readRun(await readText(this.#context.host, this.files.events, signal));
    const told = () => this.#state.run.startedAtMs !== null || !this.#state.isUp;
    if (await this.#waiter.until(told, START_LIMIT_MS, signal)) return;
    throw new AppError('guestSilent', { name: this.definition.name, seconds: START_LIMIT_MS / 1000 });
  }

  /** Into the book of events, which in a workload's run is its guest's to write. */
  async #note(event: string, fields: Record<string, unknown>, signal: AbortSignal): Promise<void> {
    const { host, clock } = this.#context;
    const text = await readText(host, this.files.events, signal);
    const events = text + formatEvent(event, { timeMs: clock.now(), ...fields });
    await host.writeFile(this.files.events, events, {}, signal);
    this.#state.run = readRun(events);
    this.#changed();
  }

  /** A start that failed or was cancelled leaves nothing running. */
  async #abandon(error: unknown): Promise<void> {
    const { signal, logger } = this.#context;
    const wasCancelled = isAbort(error);
    const wasLaunched = this.#state.run.launchedAtMs !== null;
    try {
      await this.#endAttempt(signal);
      // The file of a run that was not even begun is the one's before.
      if (!wasLaunched) this.#state.run = readRun(await readText(this.#context.host, this.files.events, signal));
      else if (wasCancelled) await this.#note('exited', { exitCode: EXITED_BY_KILL }, signal);
      else await this.#note('failed', { reason: 'qemuFailed', message: messageOf(error) }, signal);
    } catch (failure) {
      logger.warn('a failed start could not be cleaned up', { id: this.id, error: messageOf(failure) });
    }
    this.#state.startProblem = wasCancelled ? null : toAppError(error).problem;
    this.#failedStarts++;
  }

  async #endAttempt(signal: AbortSignal): Promise<void> {
    const { host } = this.#context;
    if (this.#connection !== null) await quit(this.#ending(this.#connection), signal);
    await killProcess(host, this.files, signal);
    await this.#awaitProcessEnd(signal);
    await this.#clearRun(signal);
  }

  /** Nothing of a run that is over is left: neither its sockets nor what served them. */
  async #clearRun(signal: AbortSignal): Promise<void> {
    const { host } = this.#context;
    await endCompanions(host, this.files, signal);
    await host.remove(this.files.runFolder, signal);
  }

  async #connect(of: { pid: number; isNew: boolean }, signal: AbortSignal): Promise<Connection> {
    const { host, logger } = this.#context;
    const connection = await Connection.open(
      {
        host,
        files: this.files,
        ...of,
        guest: this.definition.guest,
        logger,
        onQmpEvent: (event) => this.#onQmpEvent(event),
        onEvents: (text) => {
          this.#state.run = readRun(text);
          this.#changed();
        },
        onBoot: (foundNothing) => {
          if (this.#state.foundNothingToBoot === foundNothing) return;
          this.#state.foundNothingToBoot = foundNothing;
          this.#changed();
        },
      },
      signal,
    );
    this.#connection = connection;
    this.#state.isUp = true;
    Object.assign(this.#state, await connection.status(signal));
    this.#changed();
    void connection.qmp.ended.then(() => this.#onEnd(connection));
    return connection;
  }

  #onQmpEvent(event: QmpEvent): void {
    if (event.name === 'SHUTDOWN') this.#shuttingDown = true;
    // A machine that shuts down is stopped first; it is not paused.
    if (event.name === 'STOP' && !this.#shuttingDown) this.#state.isPaused = true;
    else if (event.name === 'RESUME') Object.assign(this.#state, { isPaused: false, diskError: null });
    else if (event.name === 'DEVICE_DELETED') this.#unplugged.add(String(event.data.device));
    else if (event.name === 'BLOCK_IO_ERROR') this.#state.diskError = diskErrorIn(event.data);
    else return;
    this.#changed();
  }

  /** QEMU closed its socket: it has ended, or the way to the host has. */
  async #onEnd(connection: Connection): Promise<void> {
    // Disposed: the machine runs on without us.
    if (this.#connection !== connection) return;
    const { signal, logger } = this.#context;
    this.#connection = null;
    // Not waited for: over SSH, ending what follows a file takes a second.
    const released = connection[Symbol.asyncDispose]();
    try {
      await this.#awaitProcessEnd(signal);
      if (!this.#removed) await this.#settle(signal);
    } catch (error) {
      if (isAbort(error)) return;
      logger.warn('a machine was lost', { id: this.id, error: messageOf(error) });
      this.#context.onLost(toAppError(error));
    }
    Object.assign(this.#state, { isUp: false, isPaused: false, diskError: null });
    this.#changed();
    await released;
  }

  /** The socket closes a moment before the process is gone. */
  async #awaitProcessEnd(signal: AbortSignal): Promise<void> {
    const { host, clock } = this.#context;
    for (let waitedMs = 0; (await runningPid(host, this.files, signal)) !== null; waitedMs += 20) {
      if (waitedMs >= ANSWER_LIMIT_MS) return await killProcess(host, this.files, signal);
      await clock.sleep(20, signal);
    }
  }

  /** The last run is over: how did it end? Nobody else writes its book now that QEMU has ended. */
  async #settle(signal: AbortSignal): Promise<void> {
    const { host } = this.#context;
    const words = await readText(host, this.files.qemuLog, signal);
    this.#state.qemuWords = qemuWords(words);
    this.#state.run = readRun(await readText(host, this.files.events, signal));
    const exitCode = this.#endOf(this.#state.run, words);
    if (exitCode !== null) await this.#note('exited', { exitCode }, signal);
    await this.#clearRun(signal);
  }

  /** The exit code of a run whose guest told none; null: it did, or QEMU crashed. */
  #endOf(run: Run, words: string): number | null {
    if (run.launchedAtMs === null || run.exitCode !== null || run.problem !== null) return null;
    if (this.#endedByUs) return EXITED_BY_KILL;
    if (!this.isSystem) return null;
    // It may have shut itself down while nobody was there to see; QEMU complains when it does not end in peace.
    const inPeace = this.#shuttingDown || (!this.#state.isUp && words.trim() === '');
    return inPeace ? 0 : null;
  }

  #ending(connection: Connection): Ending {
    const { host, logger } = this.#context;
    return {
      name: this.machine.name,
      connection,
      isPaused: this.#state.isPaused,
      ended: (limitMs, signal) => this.#waiter.until(() => !this.#state.isUp, limitMs, signal),
      onQuit: () => {
        this.#endedByUs = true;
      },
      killProcess: (signal) => killProcess(host, this.files, signal),
      logger: logger.child({ vm: this.id }),
    };
  }

  /** A guest's clock stands still while it boots and while it is paused. */
  #setGuestTime(afterMs = 0): void {
    const { clock, signal, logger } = this.#context;
    const set = async () => {
      if (afterMs > 0) await clock.sleep(afterMs, signal);
      await (this.isSystem ? setSystemTime(this, clock.now(), signal) : this.#connection?.agent?.setTime(clock.now(), signal));
    };
    set().catch((error: unknown) => {
      if (!isAbort(error)) logger.debug('the clock of a guest was not set', { id: this.id, error: messageOf(error) });
    });
  }

  readonly #nextPort = (port: number): Promise<number> => this.#context.host.freePort(Math.min(port + 1, 65_535), this.#context.signal);

  #mustRun(action: string): Connection {
    if (this.#connection !== null) return this.#connection;
    const { name, state } = this.machine;
    throw new AppError('machineWrongState', { name, state, action });
  }

  #setPhase(phase: VmState['phase']): void {
    this.#state.phase = phase;
    this.#changed();
  }

  #changed(): void {
    this.#waiter.changed();
    if (!this.#removed) this.#context.onChange(this);
  }
}
