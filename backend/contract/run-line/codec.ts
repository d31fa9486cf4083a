/** Why a value cannot be taken; a key of the renderer's catalogue. */
export type ValueReason =
  | 'badNumber'
  | 'badSize'
  | 'badDuration'
  | 'badPort'
  | 'badPortRange'
  | 'openPortRange'
  | 'badPair'
  | 'badName'
  | 'badDevice'
  | 'badRate'
  | 'badUlimit'
  | 'badRestart'
  | 'badChoice'
  | 'badMount'
  | 'badMountOption'
  | 'badTarget'
  | 'relativePath'
  | 'badNetwork'
  | 'badAddress'
  | 'badGpus'
  | 'noValue';

export class BadValue extends Error {
  override readonly name = 'BadValue';
  readonly reason: ValueReason;
  readonly params: Record<string, string>;

  constructor(reason: ValueReason, params: Record<string, string> = {}) {
    super(reason);
    this.reason = reason;
    this.params = params;
  }
}

/** A value and how people write it on the line; `read` throws BadValue. */
export interface Codec<T> {
  read(text: string): T;
  write(value: T): string;
}

export const text: Codec<string> = {
  read(value) {
    if (value === '') throw new BadValue('noValue');
    return value;
  },
  write: (value) => value,
};

export function integer(least: number, most = Number.MAX_SAFE_INTEGER): Codec<number> {
  return {
    read(value) {
      const number = Number(value);
      if (!/^[+-]?\d+$/.test(value) || number < least || number > most) {
        throw new BadValue('badNumber', { least: String(least), most: most === Number.MAX_SAFE_INTEGER ? '∞' : String(most) });
      }
      return number;
    },
    write: String,
  };
}

export const cores: Codec<number> = {
  read(value) {
    const number = Number(value);
    if (!/^\d*\.?\d+$/.test(value) || number < 0.01 || number > 100_000) throw new BadValue('badNumber', { least: '0.01', most: '100000' });
    return number;
  },
  write: String,
};

const SIZE = /^(\d+(?:\.\d+)?) ?([kmgtp]?)i?b?$/i;
const POWERS = ['', 'k', 'm', 'g', 't', 'p'];

/** `512m`, `1.5g`, bytes; binary units, as docker reads them. */
export const size: Codec<number> = {
  read(value) {
    const [, number, unit = ''] = SIZE.exec(value.trim()) ?? [];
    const bytes = Math.floor(Number(number) * 1024 ** POWERS.indexOf(unit.toLowerCase()));
    if (number === undefined || !Number.isSafeInteger(bytes) || bytes < 1) throw new BadValue('badSize');
    return bytes;
  },
  write(bytes) {
    let power = 0;
    let rest = bytes;
    while (rest % 1024 === 0 && power < POWERS.length - 1) {
      rest /= 1024;
      power++;
    }
    return `${rest}${POWERS[power]}`;
  },
};

export const sizeOrUnlimited: Codec<number> = {
  read: (value) => (value === '-1' ? -1 : size.read(value)),
  write: (bytes) => (bytes === -1 ? '-1' : size.write(bytes)),
};

const DURATION_MS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1, us: 0.001, µs: 0.001, ns: 0.000_001 };

/** Go's way: `1m30s`, `500ms`. In whole milliseconds. */
export const duration: Codec<number> = {
  read(value) {
    if (!/^(\d+(\.\d+)?(h|ms|m|s|us|µs|ns))+$/.test(value)) throw new BadValue('badDuration');
    let ms = 0;
    for (const [, number, unit] of value.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g))
      ms += Number(number) * (DURATION_MS[unit ?? ''] ?? 0);
    if (Math.round(ms) < 1) throw new BadValue('badDuration');
    return Math.round(ms);
  },
  write: (ms) => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`),
};

/** `key=value`; without a sign, the value is empty. */
export const pair: Codec<[string, string]> = {
  read(value) {
    const equals = value.indexOf('=');
    const [key, rest] = equals < 0 ? [value, ''] : [value.slice(0, equals), value.slice(equals + 1)];
    if (key === '') throw new BadValue('badPair');
    return [key, rest];
  },
  write: ([key, value]) => `${key}=${value}`,
};

export function choice<Value extends string>(...choices: Value[]): Codec<Value> {
  return {
    read(value) {
      const found = choices.find((one) => one === value);
      if (found === undefined) throw new BadValue('badChoice', { choices: choices.join(', ') });
      return found;
    },
    write: (value) => value,
  };
}
