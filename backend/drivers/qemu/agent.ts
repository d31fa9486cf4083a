import type { TerminalSize } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { JsonChannel } from './json-channel.ts';

const ANSWER_MS = 5000;
/** A large filesystem takes its time. */
const DISK_ANSWER_MS = 120_000;

/** What the guest's init says of itself; NaN where it does not know. */
export interface GuestStats {
  memoryTotalBytes: number;
  memoryAvailableBytes: number;
  netReceiveBytes: number;
  netSendBytes: number;
  processes: number;
}

/** The agent's port of the guest's init (assets/guest/init/agent.c). */
export class Agent implements AsyncDisposable {
  readonly #channel: JsonChannel;

  private constructor(channel: JsonChannel) {
    this.#channel = channel;
  }

  static async connect(host: Host, path: string, signal: AbortSignal): Promise<Agent> {
    const socket = await host.dial({ unixPath: path }, signal);
    return new Agent(new JsonChannel(socket, { what: 'The guest', onMessage: () => {} }));
  }

  async stats(signal: AbortSignal): Promise<GuestStats> {
    const answer = await this.#ask('stats', signal);
    const number = (key: string) => {
      const value = answer[key];
      return typeof value === 'number' && value >= 0 ? value : Number.NaN;
    };
    return {
      memoryTotalBytes: number('memoryTotalBytes'),
      memoryAvailableBytes: number('memoryAvailableBytes'),
      netReceiveBytes: number('netReceiveBytes'),
      netSendBytes: number('netSendBytes'),
      processes: number('processes'),
    };
  }

  /** `/proc` of every process, as guest-processes.ts reads it. */
  async processes(signal: AbortSignal): Promise<string> {
    return textOf(await this.#ask('processes', signal));
  }

  /** As init-report.ts reads it. */
  async system(signal: AbortSignal): Promise<string> {
    return textOf(await this.#ask('system', signal));
  }

  /** Only to the process that began then. @throws AppError engineRefused when it has ended */
  async kill(of: { pid: number; startTicks: string; signalNumber: number }, signal: AbortSignal): Promise<void> {
    await this.#ask(`kill ${of.pid} ${of.startTicks} ${of.signalNumber}`, signal);
  }

  async resize(size: TerminalSize, signal: AbortSignal): Promise<void> {
    await this.#ask(`resize ${size.cols} ${size.rows}`, signal);
  }

  /** @param signalNumber 0 is the stop signal that the image names */
  async signal(signalNumber: number, signal: AbortSignal): Promise<void> {
    await this.#ask(`signal ${signalNumber}`, signal);
  }

  /** Tells a clone of a template which machine it is (assets/guest/init/template.c). @param config see `formatGuestConfig` */
  async become(config: string, signal: AbortSignal): Promise<void> {
    await this.#ask(`become ${Buffer.byteLength(config)}\n${config}`, signal);
  }

  /** Tells a clone of a warm template which machine it is; its workload goes on (assets/guest/init/template.c). */
  async awaken(config: string, signal: AbortSignal): Promise<void> {
    await this.#ask(`awaken ${Buffer.byteLength(config)}\n${config}`, signal);
  }

  /** All processes of the workload stand still. */
  async freeze(signal: AbortSignal): Promise<void> {
    await this.#ask('freeze', signal);
  }

  /** TCP ports of the guest that somebody listens on. */
  async listening(signal: AbortSignal): Promise<number[]> {
    const { ports } = await this.#ask('listening', signal);
    return Array.isArray(ports) ? ports.filter((port) => typeof port === 'number') : [];
  }

  /** Its random numbers are others from now on. @param bytes new ones of the host's, at most 64 */
  async seed(bytes: Uint8Array, signal: AbortSignal): Promise<void> {
    await this.#ask(`seed ${Buffer.from(bytes).toString('hex')}`, signal);
  }

  async setTime(timeMs: number, signal: AbortSignal): Promise<void> {
    await this.#ask(`time ${Math.round(timeMs)}`, signal);
  }

  /** Makes the root filesystem as large as its disk has become. */
  async fillDisk(signal: AbortSignal): Promise<void> {
    await this.#ask('fill', signal, DISK_ANSWER_MS);
  }

  /** Tells the host which blocks of the root filesystem are free; resolves with how many bytes they were. */
  async trimDisk(signal: AbortSignal): Promise<number> {
    const { bytes } = await this.#ask('trim', signal, DISK_ANSWER_MS);
    return typeof bytes === 'number' ? bytes : 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#channel[Symbol.asyncDispose]();
  }

  async #ask(request: string, signal: AbortSignal, timeoutMs = ANSWER_MS): Promise<Record<string, unknown>> {
    const answer = await this.#channel.request((id) => `${id} ${request}`, { timeoutMs }, signal);
    if (typeof answer.error === 'string') throw new AppError('engineRefused', { engine: 'The guest', message: answer.error });
    return answer;
  }
}

function textOf(answer: Record<string, unknown>): string {
  return typeof answer.text === 'string' ? answer.text : '';
}
