import { useCallback, useSyncExternalStore } from 'react';

/** A flood cannot be read at any pace; drawn at this one it leaves the page its time. */
const DRAW_EVERY_MS = 80;

/** A store's version, at most once in a while however fast it changes; a single change shows in the next frame. */
export function useFrameVersion(store: { version: number; subscribe(listener: () => void): () => void } | null): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      let frame = 0;
      let timer: ReturnType<typeof setTimeout> | undefined;
      let drawnAt = Number.NEGATIVE_INFINITY;
      const draw = () => {
        frame = requestAnimationFrame(() => {
          frame = 0;
          timer = undefined;
          drawnAt = performance.now();
          listener();
        });
      };
      const stop = store?.subscribe(() => {
        if (frame !== 0 || timer !== undefined) return;
        const wait = drawnAt + DRAW_EVERY_MS - performance.now();
        if (wait <= 0) draw();
        else timer = setTimeout(draw, wait);
      });
      return () => {
        stop?.();
        clearTimeout(timer);
        cancelAnimationFrame(frame);
      };
    },
    [store],
  );
  return useSyncExternalStore(subscribe, () => store?.version ?? 0);
}
