/** How a graph's numbers are counted: bytes in powers of two, whole things in even numbers, the rest in powers of ten. */
export type AxisBase = 'binary' | 'whole' | 'decimal';

const STEPS: Record<AxisBase, readonly number[]> = {
  binary: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024],
  whole: [2, 4, 6, 10, 20],
  decimal: [1, 2, 4, 5, 10],
};

/** The top of a y axis that starts at zero: a round number that halves into a round number, not below `floor`. */
export function niceTop(highest: number, floor: number, base: AxisBase): number {
  const value = Math.max(highest, floor);
  if (!Number.isFinite(value) || value <= 0) return 1;
  const step = base === 'binary' ? 1024 ** Math.floor(Math.log2(value) / 10) : 10 ** Math.floor(Math.log10(value));
  const steps = STEPS[base];
  // A hair of tolerance: 0.1 + 0.2 is not 0.3.
  return step * (steps.find((factor) => value <= step * factor * (1 + 1e-9)) ?? steps.at(-1) ?? 1);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const TIME_STEPS = [
  10 * SECOND,
  15 * SECOND,
  30 * SECOND,
  MINUTE,
  2 * MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  2 * HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
];

/**
 * Round local times between two times, at most `count` of them.
 * @param offsetMinutes as `Date.getTimezoneOffset` says it: UTC − local.
 */
export function timeTicks(fromMs: number, toMs: number, options: { count: number; offsetMinutes: number }): number[] {
  const step = TIME_STEPS.find((candidate) => (toMs - fromMs) / candidate <= options.count) ?? 24 * HOUR;
  const shift = options.offsetMinutes * MINUTE;
  const ticks: number[] = [];
  for (let tick = Math.ceil((fromMs - shift) / step) * step + shift; tick <= toMs; tick += step) ticks.push(tick);
  return ticks;
}
