import type { Machine, PortForward, StartTiming, VmMake } from '../../contract/index.ts';
import { AppError, isAbort, messageOf, toAppError } from '../../core/index.ts';
import type { Argv } from '../../hosts/host.ts';
import { endCompanions } from './companions.ts';
import { Connection } from './connection.ts';
import { type Definition, formatMake, makeOf, parseMake } from './definition.ts';
import { type Ending, killGuest, quit, shutDownSystem, stopGuest } from './ending.ts';
import { qemuWords } from './errors.ts';
import { setForwards } from './port-forwards.ts';
import { beginRun, killProcess, launch, type RunBeginning, readText, runningPid } from './process.ts';
import { formatEvent, formatTiming, NO_RUN, parseTiming, type Run } from './run-events.ts';
import { LiveRunState, type RunState } from './run-state.ts';
import type { VmContext } from './vm-context.ts';
import type { VmFiles } from './vm-files.ts';

/** What a run needs of its machine. */
export interface RunOwner {
  readonly id: string;
  readonly files: VmFiles;
  readonly context: VmContext;
  /** @throws AppError `definitionInvalid` */
  readonly definition: Definition;
  readonly isSystem: boolean;
  readonly machine: Pick<Machine, 'name' | 'state'>;
}

/** QEMU does what it is told at once; its process ends a moment after its socket. */
const ANSWER_LIMIT_MS = 5000;
/** A guest's kernel that hears of it lets a device go within a second or two, or never. */
const UNPLUG_LIMIT_MS = 10_000;
const EXITED_BY_KILL = 137;

/** One run of a machine, from QEMU's launch, or from where it was found running, to its end and to what is known of it then. */
export class VmRun implements AsyncDisposable {
  readonly #owner: RunOwner;
  readonly #state: LiveRunState;
  #connection: Connection | null = null;
  #endedByUs = false;
  /** Nobody will ask how it ended. */
  #isForsaken = false;
  #keepingTiming: Promise<void> = Promise.resolve();

  constructor(owner: RunOwner, onChange: () => void) {
    this.#owner = owner;
    this.#state = new LiveRunState(onChange);
  }

  get state(): RunState {
    return this.#state.now;
  }

  /** Null before QEMU answers, and once it has ended. */
  get connection(): Connection | null {
    return this.#connection;
  }

  /** Finds out how the machine ran last, and takes it over when it still runs. */
  async adopt(signal: AbortSignal): Promise<void> {
    const { files, context } = this.#owner;
    await this.#readPast(signal);
    const pid = await runningPid(context.host, files, signal);
    if (pid === null) return await this.#settle(signal);
    this.#state.setQuietly({ make: parseMake(await readText(context.host, files.make, signal)) });
    const connection = await this.#connect({ pid, isNew: false }, signal);
    await connection.watchMemory(signal);
  }

  /** Its folder for sockets, and a new book of events. */
  async begin(of: RunBeginning, signal: AbortSignal): Promise<void> {
    const { files, context, definition } = this.#owner;
    const timeMs = context.clock.now();
    await Promise.all([beginRun(context.host, { files, timeMs, ...of }, signal), this.saveMake(makeOf(definition), signal)]);
    // It may be the second attempt of a start: how the first one was ended says nothing of this one.
    this.#endedByUs = false;
    const { ready, ...beginning } = of;
    this.#state.begin({ ...NO_RUN, launchedAtMs: timeMs, ...beginning, ...ready });
  }

  /** Starts QEMU and connects to it. */
  async launch(argv: Argv, signal: AbortSignal): Promise<Connection> {
    const { files, context } = this.#owner;
    const pid = await launch(context.host, { argv, files, nextPort: this.#nextPort }, signal);
    return await this.#connect({ pid, isNew: true }, signal);
  }

  /** Ends what was launched, or half launched; nothing of it is left, and another attempt may begin. */
  async endAttempt(signal: AbortSignal): Promise<void> {
    const { files, context } = this.#owner;
    await this.cutOff(signal);
    await killProcess(context.host, files, signal);
    await this.#awaitProcessEnd(signal);
    await this.#clear(signal);
  }

  /** Whether its workload runs, or it ended, within the limit. */
  async startedOrEnded(limitMs: number, signal: AbortSignal): Promise<boolean> {
    // A clone has said so by now: sooner than who follows the book hears of it.
    await this.readBook(signal);
    return await this.#state.until(({ run, isUp }) => run.startedAtMs !== null || !isUp, limitMs, signal);
  }

  /** Reads again what the guest and we said of the last run. */
  async readBook(signal: AbortSignal): Promise<void> {
    const { files, context } = this.#owner;
    this.#state.setBookQuietly(await readText(context.host, files.events, signal));
  }

  /** Into the book of events, which in a workload's run is its guest's to write. */
  async note(event: string, fields: Record<string, unknown>, signal: AbortSignal): Promise<void> {
    const { files, context } = this.#owner;
    const text = await readText(context.host, files.events, signal);
    const events = text + formatEvent(event, { timeMs: context.clock.now(), ...fields });
    await context.host.writeFile(files.events, events, {}, signal);
    this.#state.setBook(events);
  }

  /** What its start took. A later word replaces an earlier one. */
  async keepTiming(timing: StartTiming, signal: AbortSignal): Promise<void> {
    this.#state.set({ timing });
    const { files, context } = this.#owner;
    const write = async () => {
      // It would make the folder of a removed machine anew.
      if (this.#isForsaken) return;
      await context.host.writeFile(files.timing, formatTiming(timing, this.state.run), { durable: false }, signal);
    };
    this.#keepingTiming = this.#keepingTiming.catch(() => {}).then(write);
    await this.#keepingTiming;
  }

  /** A start that failed, or was cancelled, leaves nothing running; the book says so when there was a run at all. */
  async fail(error: unknown, signal: AbortSignal): Promise<void> {
    const wasLaunched = this.state.run.launchedAtMs !== null;
    await this.endAttempt(signal);
    // The file of a run that was not even begun is the one's before.
    if (!wasLaunched) await this.#readPast(signal);
    else if (isAbort(error)) await this.note('exited', { exitCode: EXITED_BY_KILL }, signal);
    else await this.note('failed', { reason: 'qemuFailed', message: messageOf(error) }, signal);
  }

  /** As its guest agent told them just now. */
  setAddresses(addresses: string[]): void {
    this.#state.set({ addresses });
  }

  /** What of the definition counts already. */
  async saveMake(make: VmMake, signal: AbortSignal): Promise<void> {
    const { files, context } = this.#owner;
    await context.host.writeFile(files.make, formatMake(make), { durable: false }, signal);
    this.#state.set({ make });
  }

  /** For what only a running machine can do. @throws AppError `machineWrongState` */
  mustBeUp(action: string): Connection {
    if (this.#connection !== null) return this.#connection;
    const { name, state } = this.#owner.machine;
    throw new AppError('machineWrongState', { name, state, action });
  }

  async pause(signal: AbortSignal): Promise<void> {
    await this.mustBeUp('pause').qmp.execute('stop', {}, signal);
    await this.#state.until(({ isPaused, isUp }) => isPaused || !isUp, ANSWER_LIMIT_MS, signal);
  }

  async resume(signal: AbortSignal): Promise<void> {
    await this.mustBeUp('resume').qmp.execute('cont', {}, signal);
    await this.#state.until(({ isPaused }) => !isPaused, ANSWER_LIMIT_MS, signal);
  }

  /** As its reset button would. */
  async reset(signal: AbortSignal): Promise<void> {
    await this.mustBeUp('reset').qmp.execute('system_reset', {}, signal);
  }

  /** Takes a device out; false when the guest has not let go of it. */
  async unplug(device: string, signal: AbortSignal): Promise<boolean> {
    const { qmp } = this.mustBeUp('unplug');
    this.#state.forgetUnplugged(device);
    await qmp.execute('device_del', { id: device }, signal);
    return await this.#state.unplugged(device, UNPLUG_LIMIT_MS, signal);
  }

  /** Does nothing while QEMU does not run. @throws AppError `portTaken` */
  async setForwards(of: { from: PortForward[]; to: PortForward[] }, signal: AbortSignal): Promise<void> {
    const { network } = this.state.make?.hardware ?? { network: { type: 'user' } };
    if (this.#connection === null || network.type !== 'user') return;
    await setForwards(this.#connection.qmp, { ...of, nextPort: this.#nextPort }, signal);
  }

  /**
   * @param byAgent asks a system's agent to shut down; says whether it could be asked
   * @throws AppError `guestIgnoresShutdown`: a system is never cut off without being asked to
   */
  async stop(byAgent: (signal: AbortSignal) => Promise<boolean>, signal: AbortSignal): Promise<void> {
    const ending = this.#ending(this.mustBeUp('stop'));
    await (this.#owner.isSystem ? shutDownSystem({ ...ending, byAgent }, signal) : stopGuest(ending, signal));
  }

  async kill(signal: AbortSignal): Promise<void> {
    await killGuest(this.#ending(this.mustBeUp('kill')), signal);
  }

  /** Ends QEMU at once, as a power cut would; nothing is asked of the guest. */
  async cutOff(signal: AbortSignal): Promise<void> {
    if (this.#connection !== null) await quit(this.#ending(this.#connection), signal);
  }

  /** Ends it for good: how it ended is never asked, and no run comes after it. */
  async forsake(signal: AbortSignal): Promise<void> {
    this.#isForsaken = true;
    await this.#keepingTiming.catch(() => {});
    await this.cutOff(signal);
    const { files, context } = this.#owner;
    // Also when the way to it was lost: nobody finds it without its folder.
    await killProcess(context.host, files, signal);
    await this.#clear(signal);
  }

  /** Lets go of it; QEMU runs on. */
  async [Symbol.asyncDispose](): Promise<void> {
    const connection = this.#connection;
    this.#connection = null;
    await connection?.[Symbol.asyncDispose]();
  }

  /** What is known of the machine's last run, which was another's. */
  async #readPast(signal: AbortSignal): Promise<void> {
    const { files, context } = this.#owner;
    await this.readBook(signal);
    this.#state.setQuietly({ timing: parseTiming(await readText(context.host, files.timing, signal), this.state.run) });
  }

  async #connect(of: { pid: number; isNew: boolean }, signal: AbortSignal): Promise<Connection> {
    const { files, context, definition } = this.#owner;
    const connection = await Connection.open(
      {
        host: context.host,
        files,
        ...of,
        guest: definition.guest,
        logger: context.logger,
        onQmpEvent: (event) => this.#state.onQmpEvent(event),
        onEvents: (text) => this.#state.setBook(text),
        onBoot: (foundNothingToBoot) => this.#state.set({ foundNothingToBoot }),
      },
      signal,
    );
    this.#connection = connection;
    this.#state.setQuietly({ isUp: true });
    this.#state.set(await connection.status(signal));
    void connection.qmp.ended.then(() => this.#onEnd(connection));
    return connection;
  }

  /** QEMU closed its socket: it has ended, or the way to the host has. */
  async #onEnd(connection: Connection): Promise<void> {
    // Disposed: the machine runs on without us.
    if (this.#connection !== connection) return;
    const { id, context } = this.#owner;
    const { signal, logger } = context;
    this.#connection = null;
    // Not waited for: over SSH, ending what follows a file takes a second.
    const released = connection[Symbol.asyncDispose]();
    try {
      await this.#awaitProcessEnd(signal);
      if (!this.#isForsaken) await this.#settle(signal);
    } catch (error) {
      if (isAbort(error)) return;
      logger.warn('a machine was lost', { id, error: messageOf(error) });
      context.onLost(toAppError(error));
    }
    this.#state.set({ isUp: false, isPaused: false, diskError: null });
    await released;
  }

  /** The socket closes a moment before the process is gone. */
  async #awaitProcessEnd(signal: AbortSignal): Promise<void> {
    const { files, context } = this.#owner;
    const { host, clock } = context;
    for (let waitedMs = 0; (await runningPid(host, files, signal)) !== null; waitedMs += 20) {
      if (waitedMs >= ANSWER_LIMIT_MS) return await killProcess(host, files, signal);
      await clock.sleep(20, signal);
    }
  }

  /** It is over: how did it end? Nobody else writes its book now that QEMU has ended. */
  async #settle(signal: AbortSignal): Promise<void> {
    const { files, context } = this.#owner;
    const words = await readText(context.host, files.qemuLog, signal);
    this.#state.setQuietly({ qemuWords: qemuWords(words) });
    await this.readBook(signal);
    const exitCode = this.#endOf(this.state.run, words);
    if (exitCode !== null) await this.note('exited', { exitCode }, signal);
    await this.#clear(signal);
  }

  /** The exit code of a run whose guest told none; null: it did, or QEMU crashed. */
  #endOf(run: Run, words: string): number | null {
    if (run.launchedAtMs === null || run.exitCode !== null || run.problem !== null) return null;
    if (this.#endedByUs) return EXITED_BY_KILL;
    if (!this.#owner.isSystem) return null;
    // It may have shut itself down while nobody was there to see; QEMU complains when it does not end in peace.
    const inPeace = this.#state.shuttingDown || (!this.state.isUp && words.trim() === '');
    return inPeace ? 0 : null;
  }

  /** Nothing of a run that is over is left: neither its sockets nor what served them. */
  async #clear(signal: AbortSignal): Promise<void> {
    const { files, context } = this.#owner;
    await endCompanions(context.host, files, signal);
    await context.host.remove(files.runFolder, signal);
  }

  #ending(connection: Connection): Ending {
    const { id, files, context, machine } = this.#owner;
    return {
      name: machine.name,
      connection,
      isPaused: this.state.isPaused,
      ended: (limitMs, signal) => this.#state.until(({ isUp }) => !isUp, limitMs, signal),
      onQuit: () => {
        this.#endedByUs = true;
      },
      killProcess: (signal) => killProcess(context.host, files, signal),
      logger: context.logger.child({ vm: id }),
    };
  }

  readonly #nextPort = (port: number): Promise<number> => {
    const { host, signal } = this.#owner.context;
    return host.freePort(Math.min(port + 1, 65_535), signal);
  };
}
