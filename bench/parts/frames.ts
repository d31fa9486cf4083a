import type { Page } from '@playwright/test';

const SCROLL_MS = 4_000;
const PX_PER_S = 3_000;

/**
 * Scrolls up and down for a while at an even pace, as a wheel does, and tells how long every frame took, in ms.
 * @param scroller selector of an element inside, or around, what scrolls
 */
export async function frameTimes(page: Page, scroller: string): Promise<number[]> {
  return page.evaluate(
    ({ scroller, duration, speed }) =>
      new Promise<number[]>((resolve, reject) => {
        const element = findScroller(document.querySelector(scroller));
        if (element === null) {
          reject(new Error(`nothing scrolls at ${scroller}`));
          return;
        }
        const frames: number[] = [];
        const start = performance.now();
        let before = start;
        let direction = 1;
        const step = (now: number) => {
          frames.push(now - before);
          if (element.scrollTop + element.clientHeight >= element.scrollHeight - 1) direction = -1;
          else if (element.scrollTop <= 0) direction = 1;
          element.scrollTop += (direction * speed * (now - before)) / 1000;
          before = now;
          if (now - start < duration) requestAnimationFrame(step);
          else resolve(frames.slice(2));
        };
        requestAnimationFrame(step);

        function findScroller(from: Element | null): Element | null {
          const all = from === null ? [] : [from, ...from.querySelectorAll('*')];
          return (
            all.find((one) => one.scrollHeight > one.clientHeight + 100 && /auto|scroll/.test(getComputedStyle(one).overflowY)) ?? null
          );
        }
      }),
    { scroller, duration: SCROLL_MS, speed: PX_PER_S },
  );
}

/** After a collection: what the page's JavaScript really holds. */
export async function usedHeapBytes(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.enable');
  await session.send('HeapProfiler.collectGarbage');
  await session.send('Performance.enable');
  const { metrics } = await session.send('Performance.getMetrics');
  await session.detach();
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN;
}
