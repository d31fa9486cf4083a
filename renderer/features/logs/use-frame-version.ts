import { useCallback, useSyncExternalStore } from 'react';

/** A store's version, at most once a frame however fast it changes. */
export function useFrameVersion(store: { version: number; subscribe(listener: () => void): () => void } | null): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      let frame = 0;
      const stop = store?.subscribe(() => {
        if (frame !== 0) return;
        frame = requestAnimationFrame(() => {
          frame = 0;
          listener();
        });
      });
      return () => {
        stop?.();
        cancelAnimationFrame(frame);
      };
    },
    [store],
  );
  return useSyncExternalStore(subscribe, () => store?.version ?? 0);
}
