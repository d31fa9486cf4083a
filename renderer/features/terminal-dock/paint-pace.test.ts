import type { Terminal } from '@xterm/xterm';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PaintPace } from './paint-pace.ts';

const FRAME_MS = 16;
let debouncer: { _coreBrowserService: { window: Pick<Window, 'requestAnimationFrame' | 'cancelAnimationFrame'> } };
let selectionRefreshes: number;
let selected: boolean;
let pace: PaintPace;
let refreshSelection: () => void;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('requestAnimationFrame', (callback: FrameRequestCallback) => setTimeout(callback, FRAME_MS));
  vi.stubGlobal('cancelAnimationFrame', clearTimeout);
  selectionRefreshes = 0;
  selected = false;
  const selection = { refresh: () => selectionRefreshes++ };
  debouncer = { _coreBrowserService: { window: globalThis as never } };
  const core = { _renderService: { _renderDebouncer: debouncer }, _selectionService: selection };
  pace = new PaintPace({ _core: core, hasSelection: () => selected } as unknown as Terminal);
  refreshSelection = () => selection.refresh();
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Writes and asks for a paint over and over; how many come within a second. */
function paintsInASecond(bytesPerMs: number): number {
  let paints = 0;
  let asked = false;
  for (let ms = 0; ms < 1000; ms++) {
    pace.wrote(bytesPerMs);
    if (!asked) {
      asked = true;
      debouncer._coreBrowserService.window.requestAnimationFrame(() => {
        asked = false;
        paints++;
      });
    }
    vi.advanceTimersByTime(1);
  }
  return paints;
}

test('what a person can follow is painted at every frame, a flood about twenty times a second', () => {
  expect(paintsInASecond(1000)).toBeGreaterThan(50);
  expect(paintsInASecond(20_000)).toBeLessThan(25);
  expect(paintsInASecond(1000)).toBeGreaterThan(50);
});

test('in a flood the selection is drawn again only when there is one, or was one', () => {
  paintsInASecond(20_000);
  refreshSelection();
  expect(selectionRefreshes).toBe(0);
  selected = true;
  refreshSelection();
  selected = false;
  refreshSelection();
  refreshSelection();
  expect(selectionRefreshes).toBe(2);
});

test('a paint that was asked for is taken back', () => {
  const paint = vi.fn();
  debouncer._coreBrowserService.window.requestAnimationFrame(paint);
  debouncer._coreBrowserService.window.cancelAnimationFrame(1);
  vi.advanceTimersByTime(1000);
  expect(paint).not.toHaveBeenCalled();
});
