import { expect, test } from 'vitest';
import { fitBounds, SMALLEST } from './window-bounds.ts';

const screen = { x: 0, y: 25, width: 1920, height: 1055 };
const second = { x: 1920, y: 0, width: 1280, height: 1024 };

test('the first window stands in the middle of the first screen', () => {
  expect(fitBounds(null, [screen])).toEqual({ x: 320, y: 153, width: 1280, height: 800, maximized: false });
});

test('a window comes back where it was, on whichever screen', () => {
  const saved = { x: 2000, y: 100, width: 1000, height: 700, maximized: true };
  expect(fitBounds(saved, [screen, second])).toEqual(saved);
});

test('a window whose screen is gone comes to the first one, no larger than it', () => {
  const saved = { x: 2000, y: 100, width: 3000, height: 700, maximized: false };
  expect(fitBounds(saved, [screen])).toEqual({ x: 0, y: 203, width: 1920, height: 700, maximized: false });
});

test('a window whose title bar is above every screen comes back down', () => {
  expect(fitBounds({ x: 100, y: -400, width: 1000, height: 700, maximized: false }, [screen]).y).toBeGreaterThanOrEqual(screen.y);
});

test('a window is never smaller than it can be used', () => {
  expect(fitBounds({ x: 100, y: 100, width: 3, height: 3, maximized: false }, [screen])).toMatchObject(SMALLEST);
});

test('without any screen there is a window all the same', () => {
  expect(fitBounds(null, [])).toMatchObject({ width: 1280, height: 800 });
});
