import { randomBytes } from 'node:crypto';
import { type EngineId, type Machine, type PortForward, toProblem } from '../../contract/index.ts';
import { AppError, type Clock, isAbort, type Logger, messageOf, toAppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { qemuArguments } from './arguments.ts';
import { Connection } from './connection.ts';
import { type Definition, formatDefinition, parseDefinition } from './definition.ts';
import { qemuWords } from './errors.ts';
import { packGuestConfig, signalNumber } from './guest-config.ts';
import { cancelled } from './json-channel.ts';
import { toMachine, type VmState } from './machines.ts';
import type { PreparedPlatform } from './platform.ts';
import { setForwards } from './port-forwards.ts';
import { killProcess, launch, readText, runningPid } from './process.ts';
import type { QmpEvent } from './qmp.ts';
import { formatEvent, NO_RUN, readRun } from './run-events.ts';
import type { VmFiles } from './vm-files.ts';

/** What every machine of a driver shares. */
export interface VmContext {
  host: Host;
  engineId: EngineId;
  logger: Logger;
  clock: Clock;
  /** Ends with the driver. */
  signal: AbortSignal;
  platform(signal: AbortSignal): Promise<PreparedPlatform>;
  onChange(vm: Vm): void;
  /** The host cannot be reached any more. */
  onLost(error: AppError): void;
}

/** A guest that says nothing for this long after its launch has failed. */
const START_LIMIT_MS = 90_000;
/** As container engines do: the stop signal, ten seconds, then the end. */
const STOP_GRACE_MS = 10_000;
const KILL_GRACE_MS = 2000;
const QUIT_LIMIT_MS = 5000;
const EXITED_BY_KILL = 137;

/** One virtual machine: its folder, and its QEMU while it runs. */
export class Vm implements AsyncDisposable {
  readonly id: string;
  readonly files: VmFiles;
  readonly #context: VmContext;
  readonly #state: VmState;
  readonly #watchers = new Set<() => void>();
  #connection: Connection | null = null;
  #start: Promise<void> | null = null;
  #endedByUs = false;
  #shuttingDown = false;
  #removed = false;
  #failedStarts = 0;

  constructor(of: { id: string; files: VmFiles; context: VmContext; creating?: boolean }) {
    this.id = of.id;
    this.files = of.files;
    this.#context = of.context;
    this.#state = {
      id: of.id,
      definition: { value: null, problem: toProblem('definitionInvalid', { path: of.files.definition, message: 'it was not read yet' }) },
      creating: of.creating === true ? { progress: null } : null,
      phase: 'idle',
      isUp: false,
      isPaused: false,
      run: NO_RUN,
      startProblem: null,
      qemuWords: '',
    };
  }

  get machine(): Machine {
    return toMachine(this.#state, this.#context.engineId);
  }

  get connection(): Connection | null {
    return this.#connection;
  }

  get run(): VmState['run'] {
    return this.#state.run;
  }

  get isPaused(): boolean {
    return this.#state.isPaused;
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

  setCreating(creating: VmState['creating']): void {
    this.#state.creating = creating;
    this.#changed();
  }

  /** Finds out how the last run went, and takes the machine over when it still runs. */
  async adopt(signal: AbortSignal): Promise<void> {
    const { host } = this.#context;
    this.#state.run = readRun(await readText(host, this.files.events, signal));
    const pid = await runningPid(host, this.files, signal);
    if (pid !== null) await this.#connect(pid, signal);
    else await this.#settle(signal);
  }

  /** Returns when the workload runs. A second call joins the first. */
  start(signal: AbortSignal): Promise<void> {
    this.#start ??= this.#launch(signal).finally(() => {
      this.#start = null;
    });
    return this.#start;
  }

  /** The image's stop signal, then SIGKILL, then QEMU's end. */
  async stop(signal: AbortSignal): Promise<void> {
    const connection = this.#mustRun('stop');
    this.#setPhase('stopping');
    try {
      if (this.#state.isPaused) await connection.qmp.execute('cont', {}, signal);
      if (await this.#signalGuest(connection, { number: 0, graceMs: STOP_GRACE_MS }, signal)) return;
      if (await this.#signalGuest(connection, { number: 9, graceMs: KILL_GRACE_MS }, signal)) return;
      await this.#quit(connection, signal);
    } finally {
      this.#setPhase('idle');
    }
  }

  /** The workload is killed, so that its files are written; a guest that does not answer is ended as a whole. */
  async kill(signal: AbortSignal): Promise<void> {
    const connection = this.#mustRun('kill');
    if (!this.#state.isPaused && (await this.#signalGuest(connection, { number: 9, graceMs: KILL_GRACE_MS }, signal))) return;
    await this.#quit(connection, signal);
  }

  async pause(signal: AbortSignal): Promise<void> {
    await this.#mustRun('pause').qmp.execute('stop', {}, signal);
    await this.#until(() => this.#state.isPaused || !this.#state.isUp, QUIT_LIMIT_MS, signal);
  }

  async resume(signal: AbortSignal): Promise<void> {
    await this.#mustRun('resume').qmp.execute('cont', {}, signal);
    await this.#until(() => !this.#state.isPaused, QUIT_LIMIT_MS, signal);
    this.#setGuestTime();
  }

  async remove(signal: AbortSignal): Promise<void> {
    this.#removed = true;
    if (this.#connection !== null) await this.#quit(this.#connection, signal);
    await this.#context.host.remove(this.files.runFolder, signal);
    await this.#context.host.remove(this.files.folder, signal);
  }

  async setPorts(ports: PortForward[], signal: AbortSignal): Promise<void> {
    const connection = this.#connection;
    const before = this.definition.ports;
    if (connection !== null) await setForwards(connection.qmp, { from: before, to: ports, nextPort: this.#nextPort }, signal);
    await this.save({ ...this.definition, ports }, signal);
  }

  /** Resolves at the end of the run that is on now; at once when there is none. */
  async ended(signal: AbortSignal): Promise<void> {
    await this.#until(() => !this.#state.isUp && this.#state.phase !== 'starting', null, signal);
  }

  /** Resolves when the machine is up, with false when its start failed. */
  async launched(signal: AbortSignal): Promise<boolean> {
    const before = this.#failedStarts;
    await this.#until(() => this.#state.isUp || this.#failedStarts > before || this.#removed, null, signal);
    return this.#state.isUp;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    await connection?.[Symbol.asyncDispose]();
  }

  async #launch(signal: AbortSignal): Promise<void> {
    const { host, clock } = this.#context;
    await this.load(signal);
    const { definition } = this;
    Object.assign(this.#state, { startProblem: null, run: NO_RUN, qemuWords: '' });
    this.#endedByUs = false;
    this.#shuttingDown = false;
    this.#setPhase('starting');
    try {
      const { platform, initrd } = await this.#context.platform(signal);
      const timeMs = clock.now();
      const config = packGuestConfig({
        hostname: definition.name,
        argv: [...definition.process.entrypoint, ...definition.process.command],
        env: definition.process.env,
        workingDir: definition.process.workingDir,
        user: definition.process.user,
        stopSignal: signalNumber(definition.process.stopSignal),
        timeMs,
        processes: definition.processes,
        seed: randomBytes(64),
      });
      await host.makeFolder(this.files.runFolder, signal);
      await host.writeFile(this.files.initrd, Buffer.concat([initrd, config]), {}, signal);
      await host.writeFile(this.files.events, formatEvent('launched', { timeMs }), {}, signal);
      this.#state.run = { ...NO_RUN, launchedAtMs: timeMs };
      const argv = qemuArguments({ name: definition.name, definition, files: this.files, platform });
      await launch(host, { argv, files: this.files, nextPort: this.#nextPort }, signal);
      const pid = await runningPid(host, this.files, signal);
      if (pid === null) throw new AppError('qemuFailed', { message: qemuWords(await readText(host, this.files.qemuLog, signal)) });
      await this.#connect(pid, signal);
      await this.#awaitWorkload(signal);
    } catch (error) {
      await this.#abandon(error);
      throw error;
    } finally {
      this.#setPhase('idle');
    }
    const { problem } = this.machine;
    if (problem !== null) throw new AppError(problem.reason, problem.params, problem.detail === null ? {} : { detail: problem.detail });
    this.#setGuestTime();
  }

  /** @throws AppError `guestSilent` */
  async #awaitWorkload(signal: AbortSignal): Promise<void> {
    const told = () => this.#state.run.startedAtMs !== null || !this.#state.isUp;
    if (await this.#until(told, START_LIMIT_MS, signal)) return;
    throw new AppError('guestSilent', { name: this.definition.name, seconds: START_LIMIT_MS / 1000 });
  }

  /** A start that failed or was cancelled leaves nothing running. */
  async #abandon(error: unknown): Promise<void> {
    const { host, clock, signal } = this.#context;
    const wasCancelled = isAbort(error);
    const wasLaunched = this.#state.run.launchedAtMs !== null;
    try {
      if (this.#connection !== null) await this.#quit(this.#connection, signal);
      await killProcess(host, this.files, signal);
      await this.#awaitProcessEnd(signal);
      await host.remove(this.files.runFolder, signal);
      const timeMs = clock.now();
      const event = wasCancelled
        ? formatEvent('exited', { timeMs, exitCode: EXITED_BY_KILL })
        : formatEvent('failed', { timeMs, reason: 'qemuFailed', message: messageOf(error) });
      const events = await readText(host, this.files.events, signal);
      // The file of a run that was not even begun is the one's before.
      if (wasLaunched) await host.writeFile(this.files.events, events + event, {}, signal);
      this.#state.run = readRun(wasLaunched ? events + event : events);
    } catch (failure) {
      this.#context.logger.warn('a failed start could not be cleaned up', { id: this.id, error: messageOf(failure) });
    }
    this.#state.startProblem = wasCancelled ? null : toAppError(error).problem;
    this.#failedStarts++;
  }

  async #connect(pid: number, signal: AbortSignal): Promise<void> {
    const { host, logger } = this.#context;
    const connection = await Connection.open(
      {
        host,
        files: this.files,
        pid,
        logger,
        onQmpEvent: (event) => this.#onQmpEvent(event),
        onEvents: (text) => {
          this.#state.run = readRun(text);
          this.#changed();
        },
      },
      signal,
    );
    this.#connection = connection;
    this.#state.isUp = true;
    this.#state.isPaused = await connection.isPaused(signal);
    this.#changed();
    void connection.qmp.ended.then(() => this.#onEnd(connection));
  }

  #onQmpEvent(event: QmpEvent): void {
    if (event.name === 'SHUTDOWN') this.#shuttingDown = true;
    // A machine that shuts down is stopped first; it is not paused.
    if (event.name === 'STOP' && !this.#shuttingDown) this.#state.isPaused = true;
    else if (event.name === 'RESUME') this.#state.isPaused = false;
    else return;
    this.#changed();
  }

  /** QEMU closed its socket: it has ended, or the way to the host has. */
  async #onEnd(connection: Connection): Promise<void> {
    // Disposed: the machine runs on without us.
    if (this.#connection !== connection) return;
    const { signal, logger } = this.#context;
    this.#connection = null;
    try {
      await connection[Symbol.asyncDispose]();
      await this.#awaitProcessEnd(signal);
      if (!this.#removed) await this.#settle(signal);
    } catch (error) {
      if (isAbort(error)) return;
      logger.warn('a machine was lost', { id: this.id, error: messageOf(error) });
      this.#context.onLost(toAppError(error));
    }
    Object.assign(this.#state, { isUp: false, isPaused: false });
    this.#changed();
  }

  /** The socket closes a moment before the process is gone. */
  async #awaitProcessEnd(signal: AbortSignal): Promise<void> {
    const { host, clock } = this.#context;
    for (let waitedMs = 0; (await runningPid(host, this.files, signal)) !== null; waitedMs += 20) {
      if (waitedMs >= QUIT_LIMIT_MS) return await killProcess(host, this.files, signal);
      await clock.sleep(20, signal);
    }
  }

  /** The last run is over: how did it end? */
  async #settle(signal: AbortSignal): Promise<void> {
    const { host, clock } = this.#context;
    let run = readRun(await readText(host, this.files.events, signal));
    if (this.#endedByUs && run.exitCode === null && run.problem === null) {
      const text = await readText(host, this.files.events, signal);
      // Nobody else writes it now that QEMU has ended.
      await host.writeFile(this.files.events, text + formatEvent('exited', { timeMs: clock.now(), exitCode: EXITED_BY_KILL }), {}, signal);
      run = { ...run, exitCode: EXITED_BY_KILL };
    }
    this.#state.qemuWords = qemuWords(await readText(host, this.files.qemuLog, signal));
    this.#state.run = run;
    await host.remove(this.files.runFolder, signal);
  }

  async #signalGuest(connection: Connection, of: { number: number; graceMs: number }, signal: AbortSignal): Promise<boolean> {
    try {
      await connection.agent.signal(of.number, signal);
    } catch (error) {
      if (isAbort(error)) throw error;
      if (!this.#state.isUp) return true;
      this.#context.logger.info('a guest does not answer', { id: this.id, error: messageOf(error) });
      return false;
    }
    return await this.#until(() => !this.#state.isUp, of.graceMs, signal);
  }

  async #quit(connection: Connection, signal: AbortSignal): Promise<void> {
    this.#endedByUs = true;
    await connection.qmp.execute('quit', {}, signal).catch((error: unknown) => {
      if (isAbort(error)) throw error;
      // It may close the socket before it answers; whether it has ended is seen below.
    });
    if (await this.#until(() => !this.#state.isUp, QUIT_LIMIT_MS, signal)) return;
    await killProcess(this.#context.host, this.files, signal);
    await this.#until(() => !this.#state.isUp, QUIT_LIMIT_MS, signal);
  }

  /** A guest's clock stands still while it boots and while it is paused. */
  #setGuestTime(): void {
    const { clock, signal, logger } = this.#context;
    this.#connection?.agent.setTime(clock.now(), signal).catch((error: unknown) => {
      logger.debug('the clock of a guest was not set', { id: this.id, error: messageOf(error) });
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
    for (const watcher of this.#watchers) watcher();
    if (!this.#removed) this.#context.onChange(this);
  }

  /** Whether it came true in time; null waits for ever. */
  async #until(condition: () => boolean, limitMs: number | null, signal: AbortSignal): Promise<boolean> {
    if (condition()) return true;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const watcher = () => condition() && resolve(true);
    const onAbort = () => reject(cancelled(signal));
    const timer = limitMs === null ? undefined : setTimeout(() => resolve(false), limitMs);
    this.#watchers.add(watcher);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watcher);
      signal.removeEventListener('abort', onAbort);
    }
  }
}
