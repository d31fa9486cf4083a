import type { Duplex } from 'node:stream';
import type { GuestClipboard, MachineId } from '../contract/index.ts';

/** What a screen shows: three bytes a pixel (red, green, blue), row by row from the top. */
export interface Pixels {
  widthPx: number;
  heightPx: number;
  rgb: Uint8Array;
}

/** Screens of machines. */
export interface DisplaysFacet {
  /** A connection to the screen that speaks RFB (RFC 6143), beside those of other viewers. It ends with the machine. @throws AppError `machineWrongState`, `noDisplay` */
  open(id: MachineId, signal: AbortSignal): Promise<Duplex>;
  /** @throws AppError `machineWrongState`, `noDisplay` */
  capture(id: MachineId, signal: AbortSignal): Promise<Pixels>;
  clipboard(id: MachineId, signal: AbortSignal): Promise<GuestClipboard>;
}
