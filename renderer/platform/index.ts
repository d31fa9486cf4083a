import type { ClientLink } from '@orpc/client';
import type { MachineId, Problem, TerminalId, TransferId } from '../../backend/contract/index.ts';

/** Where the page runs, and how a channel to the backend is opened there. */
export interface Platform {
  readonly kind: 'browser' | 'electron';
  /** @throws ChannelError when the backend is not there, or does not let this page in */
  openRpc(signal: AbortSignal): Promise<RpcChannel>;
  /** @throws ChannelError */
  openTerminal(id: TerminalId, signal: AbortSignal): Promise<FrameChannel>;
  /** The screen of a virtual machine. @throws ChannelError */
  openDisplay(id: MachineId, signal: AbortSignal): Promise<FrameChannel>;
  /** Sends the bytes of a call (contract/transfer.ts); resolves also when not all were wanted: the call says why. */
  upload(id: TransferId, body: Blob, signal: AbortSignal): Promise<void>;
  /** Lets the person save what the call gives. */
  download(id: TransferId): Promise<void>;
}

/** One connection for calls and streams. */
export interface RpcChannel {
  readonly link: ClientLink<Record<never, never>>;
  /** Resolves when the connection has ended, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

/** One connection for the frames of one viewer of one terminal or screen. Nothing arrives before `listen` is called. */
export interface FrameChannel {
  listen(onFrame: (frame: Uint8Array) => void, onClose: () => void): void;
  send(frame: Uint8Array<ArrayBuffer>): void;
  close(): void;
}

export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}
