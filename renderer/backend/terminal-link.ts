import { z } from 'zod';
import { decodeFrame, encodeFrame, FRAME, type TerminalSize, terminalSize } from '../../backend/contract/index.ts';
import type { FrameChannel } from '../platform/index.ts';

/**
 * `connecting`: what is typed is sent once it is open. `lost`: the connection is gone and comes back by itself; what is typed
 * meanwhile goes nowhere, for nobody sees what it would do.
 */
export type TerminalLinkStatus = 'connecting' | 'open' | 'lost' | 'ended';

/** What a terminal on screen does with what comes. */
export interface TerminalEvents {
  /**
   * Bytes as the machine wrote them. Call `shown` when they are on screen (xterm's write callback): the machine is held up
   * as long as much is on its way.
   */
  output(bytes: Uint8Array, shown: () => void): void;
  /** Replaces all that is shown: reset the terminal, then write this. Comes first, and after every reconnect. */
  screen(bytes: Uint8Array): void;
  /** The session's size: comes before the first screen, and when another viewer changed it. */
  size(size: TerminalSize): void;
  /** Nothing comes any more; null when there is no exit code to know. */
  ended(exitCode: number | null): void;
  status(status: TerminalLinkStatus): void;
}

export interface TerminalLink {
  /** What was typed or pasted. */
  write(bytes: Uint8Array): void;
  /** The machine's terminal takes this size, for all its viewers; kept over reconnects. */
  resize(size: TerminalSize): void;
  /** Takes the viewer away; the session goes on. */
  close(): void;
}

export interface TerminalDoor {
  open(signal: AbortSignal): Promise<FrameChannel>;
  /** Resolves when the backend answers. */
  connected(signal: AbortSignal): Promise<void>;
}

const RETRY_MS = 500;
/** A paste goes in pieces: no frame is large, and another viewer's keys get in between. */
const INPUT_FRAME_BYTES = 16 * 1024;

/** Acknowledged together while more is on its way: a message each would cost a flood a twentieth. */
const ACKNOWLEDGE_BYTES = 128 * 1024;

const endedPayload = z.object({ exitCode: z.int().nullable() });

export function openTerminalLink(door: TerminalDoor, events: TerminalEvents): TerminalLink {
  const closing = new AbortController();
  let channel: FrameChannel | null = null;
  let ended = false;
  let size: TerminalSize | null = null;
  /** Typed before the first connection is open; null from then on. */
  let early: Uint8Array[] | null = [];
  /** Output bytes of the present channel: on their way to the screen, and shown but not yet acknowledged. */
  let pending = 0;
  let shown = 0;

  function send(type: typeof FRAME.input | typeof FRAME.resize, payload: Uint8Array): void {
    channel?.send(encodeFrame(type, payload));
  }

  function sendSize(): void {
    if (size !== null) send(FRAME.resize, new TextEncoder().encode(JSON.stringify(size)));
  }

  function receive(from: FrameChannel, frame: Uint8Array): void {
    const { type, payload } = decodeFrame(frame);
    if (type === FRAME.output) {
      pending += payload.byteLength;
      events.output(payload, () => {
        if (channel !== from) return;
        pending -= payload.byteLength;
        shown += payload.byteLength;
        if (pending > 0 && shown < ACKNOWLEDGE_BYTES) return;
        from.send(encodeFrame(FRAME.acknowledge, uint32(shown)));
        shown = 0;
      });
    } else if (type === FRAME.screen) {
      events.screen(payload);
    } else if (type === FRAME.size) {
      events.size(terminalSize.parse(fromJson(payload)));
    } else if (type === FRAME.ended) {
      ended = true;
      events.ended(endedPayload.parse(fromJson(payload)).exitCode);
      events.status('ended');
    }
  }

  /** One connection from its opening to its end. */
  async function hold(): Promise<void> {
    const opened = await door.open(closing.signal);
    const close = () => opened.close();
    closing.signal.addEventListener('abort', close);
    await new Promise<void>((resolve) => {
      channel = opened;
      pending = 0;
      shown = 0;
      events.status('open');
      opened.listen((frame) => receive(opened, frame), resolve);
      sendSize();
      for (const bytes of early ?? []) send(FRAME.input, bytes);
      early = null;
      if (closing.signal.aborted) close();
    });
    closing.signal.removeEventListener('abort', close);
    channel = null;
  }

  async function keepOpen(): Promise<void> {
    events.status('connecting');
    while (!ended && !closing.signal.aborted) {
      await door.connected(closing.signal);
      await hold().catch(() => {});
      if (ended || closing.signal.aborted) return;
      events.status('lost');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  // Rejects only when the link is closed while it waits for the backend.
  keepOpen().catch(() => {});

  return {
    write(bytes) {
      for (let start = 0; start < bytes.byteLength; start += INPUT_FRAME_BYTES) {
        const piece = bytes.subarray(start, start + INPUT_FRAME_BYTES);
        if (early === null) send(FRAME.input, piece);
        else early.push(piece);
      }
    },
    resize(newSize) {
      size = newSize;
      sendSize();
    },
    close: () => closing.abort(),
  };
}

function fromJson(payload: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(payload));
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}
