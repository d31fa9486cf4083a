import { z } from 'zod';

/** What the shell and the backend process say to each other; pages speak to the backend over ports of their own. */
export const toBackend = z.discriminatedUnion('type', [
  /** Carries a page's control port (contract/channel.ts). */
  z.object({ type: z.literal('page') }),
  /** End, and let go of everything. The process exits. */
  z.object({ type: z.literal('close') }),
]);
export type ToBackend = z.infer<typeof toBackend>;

export const fromBackend = z.discriminatedUnion('type', [
  z.object({ type: z.literal('running'), containers: z.int(), virtualMachines: z.int() }),
  /** Somebody started the app a second time. */
  z.object({ type: z.literal('show') }),
  /** Another instance, in browser mode at `url`, uses the data already; this one ends. */
  z.object({ type: z.literal('taken'), url: z.string().nullable() }),
]);
export type FromBackend = z.infer<typeof fromBackend>;
export type RunningCounts = Pick<Extract<FromBackend, { type: 'running' }>, 'containers' | 'virtualMachines'>;
