import { createStore, type StoreApi } from 'zustand/vanilla';
import type { GuestImage } from '../../backend/contract/index.ts';

/** What virtual machines are made of; null until the backend has told it. */
export type GuestImagesStore = StoreApi<{ images: readonly GuestImage[] | null }>;

export function createGuestImagesStore(): GuestImagesStore {
  return createStore(() => ({ images: null as readonly GuestImage[] | null }));
}
