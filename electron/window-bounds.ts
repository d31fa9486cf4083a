import { readFileSync, writeFileSync } from 'node:fs';

export interface Rectangle {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Where the window was, in device-independent pixels of the whole desktop. */
export interface WindowBounds extends Rectangle {
  maximized: boolean;
}

export const SMALLEST = { width: 760, height: 480 };
const FIRST = { width: 1280, height: 800 };
/** Of a window's title bar, this much must be on a screen, or nobody can take hold of it. */
const HANDLE = 80;

/** @param screens the work areas of the displays that are there now, the first one first */
export function fitBounds(saved: WindowBounds | null, screens: Rectangle[]): WindowBounds {
  const [first = { x: 0, y: 0, ...FIRST }] = screens;
  const { maximized, ...wanted } = saved ?? { x: Number.NaN, y: Number.NaN, ...FIRST, maximized: false };
  const large = { ...wanted, width: Math.max(wanted.width, SMALLEST.width), height: Math.max(wanted.height, SMALLEST.height) };
  if (screens.some((screen) => canTakeHold(large, screen))) return { ...large, maximized };
  const width = Math.min(large.width, first.width);
  const height = Math.min(large.height, first.height);
  const x = first.x + Math.round((first.width - width) / 2);
  const y = first.y + Math.round((first.height - height) / 2);
  return { x, y, width, height, maximized };
}

function canTakeHold(window: Rectangle, screen: Rectangle): boolean {
  const seen = Math.min(window.x + window.width, screen.x + screen.width) - Math.max(window.x, screen.x);
  return seen >= HANDLE && window.y >= screen.y && window.y <= screen.y + screen.height - HANDLE;
}

/** Null when there are none, or the file holds something else. */
export function readBounds(file: string): WindowBounds | null {
  try {
    const { x, y, width, height, maximized } = JSON.parse(readFileSync(file, 'utf8')) as WindowBounds;
    return [x, y, width, height].every(Number.isFinite) ? { x, y, width, height, maximized: maximized === true } : null;
  } catch {
    return null;
  }
}

/** In one step, at the window's end; losing them is no harm. */
export function writeBounds(file: string, bounds: WindowBounds): void {
  try {
    writeFileSync(file, JSON.stringify(bounds));
  } catch {
    // A full disk must not keep a window from closing.
  }
}
