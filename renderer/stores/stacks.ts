import { createStore, type StoreApi } from 'zustand/vanilla';
import type { StackProject } from '../../backend/contract/index.ts';

/** Stacks that were opened here; those that run are in the inventory. */
export type StacksStore = StoreApi<{ projects: readonly StackProject[] }>;

export function createStacksStore(): StacksStore {
  return createStore(() => ({ projects: [] as readonly StackProject[] }));
}
