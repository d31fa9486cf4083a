import type { VmTemplate } from '../contract/index.ts';

/** Guests that are kept for clones to go on from. */
export interface VmTemplatesFacet {
  /** Newest use first. */
  list(signal: AbortSignal): Promise<VmTemplate[]>;
  /** @param keys null: all. Machines that run go on. */
  remove(keys: readonly string[] | null, signal: AbortSignal): Promise<void>;
}
