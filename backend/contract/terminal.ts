import { z } from 'zod';
import { machineId, terminalId } from './ids.ts';
import { terminalKind } from './machine.ts';

export const terminalSize = z.object({ cols: z.int().min(2).max(1000), rows: z.int().min(1).max(500) });
export type TerminalSize = z.infer<typeof terminalSize>;

/** A session outlives its viewers: a reload attaches to it again and gets the screen back. */
export const terminalSession = z.object({
  id: terminalId,
  machineId,
  kind: terminalKind,
  startedAtMs: z.number(),
  exitCode: z.int().nullable(),
  ended: z.boolean(),
  viewers: z.int(),
});
export type TerminalSession = z.infer<typeof terminalSession>;

/**
 * The binary channel of one viewer of one session: one message, one frame; the first byte is its type.
 *
 * to the viewer: `output` bytes as the machine wrote them · `screen` a serialised screen that replaces what is shown ·
 * `ended` JSON {exitCode} · `size` JSON {cols, rows}, when another viewer changed it.
 * from the viewer: `input` bytes · `acknowledge` uint32 LE, output bytes shown since the last one · `resize` JSON {cols, rows}.
 */
export const FRAME = { output: 0, screen: 1, ended: 2, size: 3, input: 16, acknowledge: 17, resize: 18 } as const;
export type FrameType = (typeof FRAME)[keyof typeof FRAME];

/** The window: without acknowledgements the source is paused above the first and resumed below the second. */
export const WINDOW_BYTES = 512 * 1024;
export const RESUME_BYTES = 256 * 1024;

export function encodeFrame(type: FrameType, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(payload.byteLength + 1);
  frame[0] = type;
  frame.set(payload, 1);
  return frame;
}

/** @throws RangeError on an empty message or an unknown type. The payload is a view, not a copy. */
export function decodeFrame(frame: Uint8Array): { type: FrameType; payload: Uint8Array } {
  const type = frame[0];
  if (type === undefined || !Object.values<number>(FRAME).includes(type)) throw new RangeError(`unknown frame type ${type}`);
  return { type: type as FrameType, payload: frame.subarray(1) };
}
