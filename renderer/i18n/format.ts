/** Stands for what is not known; never 0. */
export const MISSING = '–';

const SIZE_UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;
const RATE_UNITS = ['B/s', 'kB/s', 'MB/s', 'GB/s', 'TB/s'] as const;

type Value = number | null | undefined;

/**
 * Numbers as people read them in one language: memory and disk in binary units, rates in SI, three significant digits,
 * a dash for what is missing (null or NaN). Units are the international symbols.
 */
export interface Format {
  bytes(bytes: Value): string;
  /** `bytes` in two parts, for places that set the unit apart. */
  bytesParts(bytes: Value): [value: string, unit: string];
  /** A part of a whole without its unit, which is that in which `bytes` writes the whole: to a hundredth. */
  bytesOf(part: Value, whole: Value): string;
  bytesPerSecond(bytesPerS: Value): string;
  bytesPerSecondParts(bytesPerS: Value): [value: string, unit: string];
  /** CPU in cores, to a hundredth: the kernel's clock ticks hold no more. */
  cores(cores: Value): string;
  integer(count: Value): string;
  percent(fraction: Value): string;
  /** Short times, as starts take: milliseconds below a second, then seconds. */
  timing(ms: Value): string;
  /** Long times in their two largest units: `3h 12m`. */
  duration(ms: Value): string;
  /** Hours and minutes of the day, with seconds. */
  timeOfDay(timeMs: Value): string;
  dateTime(timeMs: Value): string;
  list(words: string[]): string;
}

export function createFormat(language: string): Format {
  const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(language, options);
  const significant = number({ maximumSignificantDigits: 3, useGrouping: false });
  const hundredths = number({ minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const tenths = number({ minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const integer = number({ maximumFractionDigits: 0 });
  const percent = number({ style: 'percent', maximumFractionDigits: 0 });
  const timeOfDay = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
  const dateTime = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', hourCycle: 'h23' });
  const words = new Intl.ListFormat(language, { type: 'conjunction' });
  const units = new Intl.ListFormat(language, { type: 'unit', style: 'narrow' });
  const unit = (value: number, name: string) => number({ style: 'unit', unit: name, unitDisplay: 'narrow' }).format(value);

  const scaled = (value: Value, base: number, symbols: readonly string[]): [string, string] => {
    if (!isKnown(value)) return [MISSING, ''];
    let scale = 0;
    let rest = value;
    // Never four digits before the point: what would round to 1000 is written in the next unit.
    while (Math.abs(rest) >= 999.5 && scale < symbols.length - 1) {
      rest /= base;
      scale++;
    }
    return [scale === 0 ? integer.format(rest) : significant.format(rest), symbols[scale] ?? ''];
  };
  const join = ([value, symbol]: [string, string]) => (symbol === '' ? value : `${value}\u00a0${symbol}`);
  const known = (write: (value: number) => string) => (value: Value) => (isKnown(value) ? write(value) : MISSING);

  return {
    bytes: (value) => join(scaled(value, 1024, SIZE_UNITS)),
    bytesParts: (value) => scaled(value, 1024, SIZE_UNITS),
    bytesOf(part, whole) {
      const [, symbol] = scaled(whole, 1024, SIZE_UNITS);
      const unitBytes = 1024 ** Math.max(0, (SIZE_UNITS as readonly string[]).indexOf(symbol));
      return known((bytes) => significant.format(Math.round((bytes / unitBytes) * 100) / 100))(part);
    },
    bytesPerSecond: (value) => join(scaled(value, 1000, RATE_UNITS)),
    bytesPerSecondParts: (value) => scaled(value, 1000, RATE_UNITS),
    cores: known((value) => (Math.abs(value) < 9.995 ? hundredths : Math.abs(value) < 99.95 ? tenths : integer).format(value)),
    integer: known((value) => integer.format(value)),
    percent: known((value) => percent.format(value)),
    timing: known((ms) => (ms < 999.5 ? join([integer.format(ms), 'ms']) : join([significant.format(ms / 1000), 's']))),
    duration: known((ms) => {
      const parts = durationParts(ms).map(([value, name]) => unit(value, name));
      return units.format(parts);
    }),
    timeOfDay: known((timeMs) => timeOfDay.format(timeMs)),
    dateTime: known((timeMs) => dateTime.format(timeMs)),
    list: (all) => words.format(all),
  };
}

const DURATION_UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** The largest unit that is in it and the next smaller one, if that is not zero; whole seconds, never negative. */
export function durationParts(ms: number): [value: number, unit: string][] {
  const at = DURATION_UNITS.findIndex(([, size]) => ms >= size);
  if (at < 0) return [[0, 'second']];
  let rest = ms;
  const parts: [number, string][] = [];
  for (const [name, size] of DURATION_UNITS.slice(at, at + 2)) {
    const value = Math.floor(rest / size);
    rest -= value * size;
    if (value > 0) parts.push([value, name]);
  }
  return parts;
}

function isKnown(value: Value): value is number {
  return value !== null && value !== undefined && Number.isFinite(value);
}
