import { type Logger, messageOf, Scope } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { Agent } from './agent.ts';
import { watchBoot } from './boot-watch.ts';
import type { Definition } from './definition.ts';
import { type DiskError, diskErrorOf } from './disk-error.ts';
import { GuestAgent } from './guest/guest-agent.ts';
import { Qmp, type QmpEvent, record } from './qmp.ts';
import type { VmFiles } from './vm-files.ts';

/** How often the guest's balloon writes its statistics anew. */
const BALLOON_POLL_S = 2;

export interface ConnectionOptions {
  host: Host;
  files: VmFiles;
  pid: number;
  guest: Definition['guest'];
  /** It has just been started, and was not taken over. */
  isNew: boolean;
  logger: Logger;
  onQmpEvent(event: QmpEvent): void;
  /** All lines of the events' file that there are by now. */
  onEvents(text: string): void;
  /** Whether its firmware found nothing to boot. */
  onBoot(foundNothing: boolean): void;
}

/** What ties us to a running QEMU. Disposing lets go of it; the machine runs on. */
export class Connection implements AsyncDisposable {
  readonly pid: number;
  readonly qmp: Qmp;
  /** Only workloads have Catamaran's own. */
  readonly agent: Agent | null;
  /** Only systems may have one. */
  readonly guestAgent: GuestAgent | null;
  readonly #scope: Scope;

  private constructor(of: Pick<Connection, 'pid' | 'qmp' | 'agent' | 'guestAgent'> & { scope: Scope }) {
    this.pid = of.pid;
    this.qmp = of.qmp;
    this.agent = of.agent;
    this.guestAgent = of.guestAgent;
    this.#scope = of.scope;
  }

  /** @throws AppError when QEMU does not answer */
  static async open(options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
    const { host, files, logger } = options;
    await using opened = new AsyncDisposableStack();
    const qmp = opened.use(await Qmp.connect(host, { path: files.qmp, onEvent: options.onQmpEvent }, signal));
    const agent = options.guest.type === 'workload' ? opened.use(await Agent.connect(host, files.agent, signal)) : null;
    const guestAgent = options.guest.type === 'system' ? opened.use(GuestAgent.at(host, files.guestAgent)) : null;
    const scope = new Scope((error) => logger.warn('the events of a guest cannot be followed', { error: messageOf(error) }));
    scope.run(async (scopeSignal) => {
      let text = '';
      const decoder = new TextDecoder();
      for await (const chunk of host.follow(files.events, 0, scopeSignal)) {
        // Who let go of the machine may know more by now.
        if (scopeSignal.aborted) return;
        text += decoder.decode(chunk, { stream: true });
        options.onEvents(text);
      }
    });
    const { guest } = options;
    if (guest.type === 'system') scope.run((scopeSignal) => watchBoot({ ...options, guest, onChange: options.onBoot }, scopeSignal));
    opened.move();
    return new Connection({ pid: options.pid, qmp, agent, guestAgent, scope });
  }

  /** Has the guest say every few seconds what of its memory it uses. */
  async watchMemory(signal: AbortSignal): Promise<void> {
    const value = { path: '/machine/peripheral/balloon', property: 'guest-stats-polling-interval', value: BALLOON_POLL_S };
    await this.qmp.execute('qom-set', value, signal);
  }

  async status(signal: AbortSignal): Promise<{ isPaused: boolean; diskError: DiskError | null }> {
    const { status } = record(await this.qmp.execute('query-status', {}, signal));
    if (status !== 'io-error') return { isPaused: status === 'paused', diskError: null };
    const drives = (await this.qmp.execute('query-block', {}, signal)) as unknown[];
    return { isPaused: true, diskError: drives.map(diskErrorOf).find((error) => error !== null) ?? null };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope[Symbol.asyncDispose]();
    await this.agent?.[Symbol.asyncDispose]();
    await this.guestAgent?.[Symbol.asyncDispose]();
    await this.qmp[Symbol.asyncDispose]();
  }
}
