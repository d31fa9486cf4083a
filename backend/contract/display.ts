import { z } from 'zod';
import { machineId } from './ids.ts';
import { problem } from './problem.ts';

/**
 * The binary channel of one viewer of a virtual machine's screen carries the frames of a terminal (terminal.ts): `output`
 * and `input` are RFB as it is (RFC 6143), `acknowledge` works as there, and `ended` is a `displayEnded` as JSON. Each viewer
 * has an RFB connection of its own, so a channel that broke is opened anew and starts with the whole screen.
 */
export const displayEnded = z.object({
  /** Why there is nothing to see; null: the machine has ended. */
  problem: problem.nullable(),
});
export type DisplayEnded = z.infer<typeof displayEnded>;

/** A PNG as a `data:` address, for an `<img>`. */
export const picture = z.object({
  url: z.string().startsWith('data:image/png;base64,'),
  widthPx: z.int().positive(),
  heightPx: z.int().positive(),
});
export type Picture = z.infer<typeof picture>;

/** The most that thumbnails are wide and high. */
export const THUMBNAIL_PX = { width: 320, height: 200 } as const;

/** The screen of a machine in small; null when it has none now. */
export const thumbnail = z.object({ id: machineId, picture: picture.nullable() });
export type Thumbnail = z.infer<typeof thumbnail>;

/**
 * What the guest does with the clipboard that a viewer shares with it.
 * - `none`: the machine has no channel for it
 * - `noAgent`: nobody in the guest listens (spice-vdagent does)
 */
export const guestClipboard = z.enum(['none', 'noAgent', 'ready']);
export type GuestClipboard = z.infer<typeof guestClipboard>;
