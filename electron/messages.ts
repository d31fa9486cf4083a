import { z } from 'zod';

/** What the shell and the backend process say to each other; pages speak to the backend over ports of their own. */
export const toBackend = z.discriminatedUnion('type', [
  /** Carries a page's control port (contract/channel.ts). */
  z.object({ type: z.literal('page') }),
  /** End, and let go of everything. The process exits. */
  z.object({ type: z.literal('close') }),
]);
export type ToBackend = z.infer<typeof toBackend>;

export const fromBackend = z.object({ type: z.literal('running'), containers: z.int(), virtualMachines: z.int() });
export type FromBackend = z.infer<typeof fromBackend>;
export type RunningCounts = Pick<FromBackend, 'containers' | 'virtualMachines'>;
