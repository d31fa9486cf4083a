import type { MachineId, TerminalId, TerminalKind, TerminalSession, TerminalSize } from '../contract/index.ts';
import { type ByteLink, type Clock, type Logger, Scope } from '../core/index.ts';
import type { ByteChannel } from '../drivers/driver.ts';
import { Batcher } from './batcher.ts';
import { isTerminalReport } from './reports.ts';
import { Screen } from './screen.ts';
import { Viewer } from './viewer.ts';

export interface SessionOptions {
  id: TerminalId;
  machineId: MachineId;
  kind: TerminalKind;
  size: TerminalSize;
  channel: ByteChannel;
  clock: Clock;
  logger: Logger;
}

/** Lines kept above the screen for a viewer that comes later. */
const SCROLLBACK_LINES = 2000;
const LAZY_BYTES = 2 * 1024 * 1024;
/** How long all wait for one viewer. A hidden page shows a few hundred KB a second; a build must not crawl because of it. */
const PATIENCE_MS = 1000;

/** One terminal of a machine: a channel to it, and all who look at it. */
export class Session implements AsyncDisposable {
  readonly id: TerminalId;
  readonly machineId: MachineId;
  readonly kind: TerminalKind;
  readonly #startedAtMs: number;
  readonly #channel: ByteChannel;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #screen: Screen;
  readonly #batcher: Batcher;
  readonly #scope: Scope;
  readonly #viewers = new Set<Viewer>();
  readonly #sleepers = new Set<() => void>();
  /** Whose terminal answers for all; the one that was typed into last. */
  #answering: Viewer | null = null;
  #size: TerminalSize;
  #joining = 0;
  #ended = false;
  #exitCode: number | null = null;
  #watchedUntilMs: number;

  constructor({ id, machineId, kind, size, channel, clock, logger }: SessionOptions) {
    this.id = id;
    this.machineId = machineId;
    this.kind = kind;
    this.#size = size;
    this.#channel = channel;
    this.#clock = clock;
    this.#logger = logger.child({ terminalId: id, machineId });
    this.#startedAtMs = clock.now();
    this.#watchedUntilMs = clock.monotonic();
    this.#screen = new Screen({ ...size, scrollback: SCROLLBACK_LINES, lazyBytes: LAZY_BYTES });
    if (channel.backlog !== null) this.#screen.push(channel.backlog);
    this.#batcher = new Batcher(clock, (frame) => this.#deliver(frame));
    this.#scope = new Scope((error) => this.#logger.error('a terminal failed', { error }));
    this.#scope.signal.addEventListener('abort', () => this.#wake());
    this.#scope.run((signal) => this.#pump(signal));
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** When the last viewer left (monotonic ms); null while there is one. */
  get unwatchedSinceMs(): number | null {
    return this.#viewers.size > 0 ? null : this.#watchedUntilMs;
  }

  describe(): TerminalSession {
    return {
      id: this.id,
      machineId: this.machineId,
      kind: this.kind,
      startedAtMs: this.#startedAtMs,
      exitCode: this.#exitCode,
      ended: this.#ended,
      viewers: this.#viewers.size,
    };
  }

  attach(link: ByteLink): void {
    const viewer = new Viewer(link, {
      input: (bytes) => this.#input(viewer, bytes),
      resize: (size) => this.#resize(viewer, size),
      acknowledged: () => this.#acknowledged(viewer),
      closed: () => this.#leave(viewer),
      broken: (error) => this.#logger.warn('a viewer broke the protocol', { error }),
    });
    this.#viewers.add(viewer);
    this.#answering ??= viewer;
    this.#scope.run(() => this.#join(viewer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The channel's end is what ends the pump.
    await Promise.all([this.#channel[Symbol.asyncDispose](), this.#scope[Symbol.asyncDispose]()]);
    this.#end(null);
    for (const viewer of [...this.#viewers]) viewer.close();
    this.#batcher[Symbol.dispose]();
    this.#screen[Symbol.dispose]();
  }

  async #pump(signal: AbortSignal): Promise<void> {
    try {
      for await (const chunk of this.#channel.output) {
        while (!signal.aborted && this.#mustWait()) await this.#waitForViewers(signal);
        if (signal.aborted) return;
        this.#batcher.push(chunk);
      }
      this.#end(await this.#channel.exited);
    } catch (error) {
      this.#logger.warn('a terminal was cut off', { error });
      this.#end(null);
    } finally {
      await this.#channel[Symbol.asyncDispose]();
    }
  }

  #deliver(frame: Uint8Array): void {
    this.#screen.push(frame.subarray(1));
    for (const viewer of this.#viewers) if (viewer.state === 'live') viewer.output(frame);
  }

  #end(exitCode: number | null): void {
    if (this.#ended) return;
    this.#batcher.flush();
    this.#ended = true;
    this.#exitCode = exitCode;
    for (const viewer of this.#viewers) if (viewer.state === 'live') viewer.ended(exitCode);
  }

  #mustWait(): boolean {
    if (this.#joining > 0 || this.#screen.isFull) return true;
    for (const viewer of this.#viewers) if (viewer.isOverdrawn) return true;
    return false;
  }

  async #waitForViewers(signal: AbortSignal): Promise<void> {
    if (this.#screen.isFull) return this.#screen.settled();
    if (this.#joining > 0) return this.#nextWake();
    for (const viewer of this.#viewers) if (viewer.isOverdrawn && !viewer.isWaitedFor) viewer.fallBehind();
    let late = false;
    const done = new AbortController();
    const patience = this.#clock.sleep(PATIENCE_MS, done.signal).then(
      () => {
        late = true;
        this.#wake();
      },
      () => {},
    );
    const owing = () => [...this.#viewers].filter((viewer) => viewer.isOwing);
    while (!late && !signal.aborted && owing().length > 0) await this.#nextWake();
    done.abort();
    await patience;
    if (late) for (const viewer of owing()) viewer.fallBehind();
  }

  /** Nothing is read meanwhile, so the screen and what follows it fit together to the byte. */
  async #join(viewer: Viewer): Promise<void> {
    this.#joining++;
    try {
      this.#batcher.flush();
      const size = this.#size;
      const screen = await this.#screen.serialize();
      if (!this.#viewers.has(viewer)) return;
      viewer.size(size);
      viewer.screen(screen);
      if (this.#size !== size) viewer.size(this.#size);
      if (this.#ended) viewer.ended(this.#exitCode);
    } finally {
      this.#joining--;
      this.#wake();
    }
  }

  #leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
    if (this.#answering === viewer) this.#answering = this.#viewers.values().next().value ?? null;
    this.#watchedUntilMs = this.#clock.monotonic();
    this.#wake();
  }

  #input(viewer: Viewer, bytes: Uint8Array): void {
    if (this.#ended) return;
    if (!isTerminalReport(bytes)) this.#answering = viewer;
    else if (this.#answering !== viewer) return;
    this.#channel.write(bytes);
  }

  #resize(from: Viewer, size: TerminalSize): void {
    if (this.#ended || (size.cols === this.#size.cols && size.rows === this.#size.rows)) return;
    this.#batcher.flush();
    this.#size = size;
    this.#screen.resize(size);
    this.#channel.resize(size);
    for (const viewer of this.#viewers) if (viewer !== from && viewer.state !== 'joining') viewer.size(size);
  }

  #acknowledged(viewer: Viewer): void {
    if (viewer.state === 'behind' && viewer.hasShownAll) {
      viewer.joinAgain();
      this.#scope.run(() => this.#join(viewer));
    }
    this.#wake();
  }

  #nextWake(): Promise<void> {
    return new Promise((resolve) => this.#sleepers.add(resolve));
  }

  #wake(): void {
    const sleepers = [...this.#sleepers];
    this.#sleepers.clear();
    for (const wake of sleepers) wake();
  }
}
