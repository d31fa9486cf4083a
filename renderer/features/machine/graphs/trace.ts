/** Where a line is drawn, in canvas pixels. */
export interface PlotBox {
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface PlotScale {
  /** Seconds since 1970. */
  from: number;
  to: number;
  /** The value at the upper edge; the lower one is zero. */
  top: number;
}

/** What of a canvas path is used; a test gives its own. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

/**
 * Runs of measured values, as [first, last] positions. A run ends at a value that is NaN or at a pause longer than
 * `gapSeconds`: nobody knows what happened there, so no line may say it.
 */
export function measuredRuns(times: Float64Array, values: Float64Array, gapSeconds: number): [number, number][] {
  const runs: [number, number][] = [];
  let last = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) continue;
    const run = runs.at(-1);
    if (run === undefined || (times[i] ?? 0) - (times[last] ?? 0) > gapSeconds) runs.push([i, i]);
    else run[1] = i;
    last = i;
  }
  return runs;
}

/** Draws one run. A single value becomes a line of one pixel, which round caps make a dot. */
export function traceRun(
  pen: Pen,
  run: [number, number],
  data: { times: Float64Array; values: Float64Array; box: PlotBox; scale: PlotScale },
): void {
  const { times, values, box, scale } = data;
  const perSecond = box.width / (scale.to - scale.from);
  const perUnit = box.height / scale.top;
  let down = false;
  for (let i = run[0]; i <= run[1]; i++) {
    const value = values[i] ?? NaN;
    if (Number.isNaN(value)) continue;
    const x = box.left + ((times[i] ?? 0) - scale.from) * perSecond;
    const y = box.top + box.height - value * perUnit;
    if (down) pen.lineTo(x, y);
    else pen.moveTo(x, y);
    if (run[0] === run[1]) pen.lineTo(x + 1, y);
    down = true;
  }
}

/** Position of the bucket that holds a time: the last one that starts at or before it; -1 when it lies outside or in a pause. */
export function positionAt(times: Float64Array, seconds: number, gapSeconds: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= seconds) low = middle + 1;
    else high = middle;
  }
  const position = low - 1;
  return position >= 0 && seconds - (times[position] ?? 0) <= gapSeconds ? position : -1;
}
