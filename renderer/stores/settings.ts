import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Settings } from '../../backend/contract/index.ts';

/** Null until the backend has told them. */
export type SettingsStore = StoreApi<{ settings: Settings | null }>;

export function createSettingsStore(): SettingsStore {
  return createStore(() => ({ settings: null as Settings | null }));
}
