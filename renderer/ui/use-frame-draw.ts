import { useEffect } from 'react';

/** Draws now and after every change, outside React, at most once a frame. `subscribe` and `draw` must stay the same. */
export function useFrameDraw(subscribe: (listener: () => void) => () => void, draw: () => void): void {
  useEffect(() => {
    let frame = 0;
    const request = () => {
      if (frame !== 0) return;
      frame = requestAnimationFrame(() => {
        frame = 0;
        draw();
      });
    };
    draw();
    const stop = subscribe(request);
    return () => {
      stop();
      cancelAnimationFrame(frame);
    };
  }, [subscribe, draw]);
}
