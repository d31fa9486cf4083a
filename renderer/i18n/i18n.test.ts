import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { problemReasons } from '../../backend/contract/index.ts';
import { en } from './en/index.ts';
import { createFormat, durationParts, MISSING } from './format.ts';
import { ko } from './ko/index.ts';
import { koProblems } from './ko/problems.ts';
import { chooseLanguage, LANGUAGES } from './language.ts';
import type { Message } from './message.ts';
import { createI18n } from './translate.ts';

const forms = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
/** The form with the most places: a singular form need not say its number. */
const allPlaces = (message: Message) => [...new Set(forms(message).flatMap(places))].sort();

describe('the catalogues', () => {
  test('hold the same keys', () => {
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
  });

  test.each(Object.keys(en) as (keyof typeof en)[])('%s has the same places in both languages', (key) => {
    const allowed = new Set(allPlaces(en[key]));
    expect(allPlaces(ko[key]).filter((place) => !allowed.has(place))).toEqual([]);
    const needed = allPlaces(en[key]).filter((place) => place !== 'count');
    expect(allPlaces(ko[key])).toEqual(expect.arrayContaining(needed));
  });

  test.each(Object.keys(koProblems) as (keyof typeof koProblems)[])('the Korean sentence for %s fills the same places', (reason) => {
    expect(places(koProblems[reason])).toEqual(places(problemReasons[reason][1]));
  });

  test('no message is empty', () => {
    for (const message of [...Object.values(en), ...Object.values(ko)]) for (const form of forms(message)) expect(form.trim()).not.toBe('');
  });
});

describe('messages', () => {
  test('plural forms follow the language', () => {
    const english = createI18n('en');
    expect(english.t('machines.count', { count: 1 })).toBe('1 machine');
    expect(english.t('machines.count', { count: 1200 })).toBe('1,200 machines');
    expect(createI18n('ko').t('machines.count', { count: 1200 })).toBe('머신 1,200개');
  });

  test('a port in a failure is a number, not a quantity', () => {
    const problem = {
      code: 'conflict',
      reason: 'portTaken',
      params: { port: 8080, owner: 'nginx', next: 8081 },
      message: '',
      detail: null,
    } as const;
    expect(createI18n('en').problem(problem)).toBe('Port 8080 is taken by nginx. Use 8081?');
    expect(createI18n('ko').problem(problem)).toContain('8080');
  });

  test('states and actions in a failure are in the person’s language', () => {
    const params = { name: 'web', state: 'running', action: 'start' };
    const problem = { code: 'wrongState', reason: 'machineWrongState', params, message: '', detail: null } as const;
    expect(createI18n('ko').problem(problem)).toBe('web의 상태가 실행 중이므로 지금은 시작을(를) 할 수 없습니다.');
    expect(createI18n('en').problem(problem)).toBe('web is running: start is not possible now.');
  });

  test('what keeps a machine busy, and what changed since its memory was saved, is said in words', () => {
    const busy = { code: 'conflict', reason: 'vmBusy', params: { name: 'web', work: 'takeSnapshot' }, message: '', detail: null } as const;
    expect(createI18n('en').problem(busy)).toBe('web is busy: a snapshot is being taken. Wait until that has ended, or cancel it.');
    expect(createI18n('ko').problem(busy)).toContain('스냅샷을 찍는 중');
    const unfit = { ...busy, reason: 'memoryUnfit', params: { name: 'web', parts: 'qemu, cpus' } } as const;
    expect(createI18n('en').problem(unfit)).toContain('(version of QEMU, number of processors)');
    expect(createI18n('ko').problem(unfit)).toContain('(QEMU 버전, 프로세서 수)');
  });

  test('keys from data fall back to themselves', () => {
    expect(createI18n('en').tDynamic('state', 'running')).toBe('Running');
    expect(createI18n('en').tDynamic('state', 'sailing')).toBe('sailing');
  });
});

test('the language is the chosen one, or the first of the person’s that we speak', () => {
  expect(chooseLanguage('ko', ['en-US'])).toBe('ko');
  expect(chooseLanguage('system', ['fr', 'ko-KR', 'en'])).toBe('ko');
  expect(chooseLanguage('system', ['fr', 'de'])).toBe('en');
  expect(chooseLanguage('system', [])).toBe('en');
});

describe.each(LANGUAGES)('numbers in %s', (language) => {
  const format = createFormat(language);

  test('what is missing is a dash, never 0', () => {
    for (const write of Object.values(format).filter(
      (one) => one !== format.list && one !== format.bytesParts && one !== format.bytesPerSecondParts,
    )) {
      for (const missing of [null, undefined, Number.NaN, Number.POSITIVE_INFINITY]) {
        expect((write as (value: unknown) => string)(missing)).toBe(MISSING);
      }
    }
    expect(format.bytes(0)).not.toBe(MISSING);
  });

  test('sizes have at most three significant digits, are below 1000, and say what was measured to half a percent', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e17, noNaN: true }), (bytes) => {
        const [value, unit] = format.bytesParts(bytes);
        const power = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'].indexOf(unit);
        expect(power).toBeGreaterThanOrEqual(0);
        expect(value.replace(/[^0-9]/g, '').replace(/^0+/, '').length).toBeLessThanOrEqual(3);
        expect(Number(value)).toBeLessThan(1000);
        expect(Math.abs(Number(value) * 1024 ** power - bytes)).toBeLessThanOrEqual(Math.max(0.5, bytes * 0.005));
      }),
    );
  });

  test('sizes grow as bytes grow', () => {
    const size = (bytes: number) => {
      const [value, unit] = format.bytesParts(bytes);
      return Number(value) * 1024 ** ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'].indexOf(unit);
    };
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.nat(2 ** 31 - 1), (one, other) => {
        const [less, more] = one < other ? [one, other] : [other, one];
        expect(size(less)).toBeLessThanOrEqual(size(more));
      }),
    );
  });

  test('rates are SI, sizes binary', () => {
    expect(format.bytesPerSecondParts(1_500_000)).toEqual(['1.5', 'MB/s']);
    expect(format.bytesParts(1_572_864)).toEqual(['1.5', 'MiB']);
    expect(format.bytesParts(1023 * 1024)).toEqual(['0.999', 'MiB']);
    expect(format.bytesOf(160 * 1024 ** 2, 24 * 1024 ** 3)).toBe('0.16');
    expect(format.bytesOf(12.34 * 1024 ** 3, 24 * 1024 ** 3)).toBe('12.3');
  });

  test('a duration is its two largest parts and never more than the time', () => {
    fc.assert(
      fc.property(fc.nat(), (ms) => {
        const parts = durationParts(ms);
        const size = { day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1000 } as Record<string, number>;
        const total = parts.reduce((sum, [value, unit]) => sum + value * (size[unit] ?? Number.NaN), 0);
        expect(parts.length).toBeLessThanOrEqual(2);
        expect(total).toBeLessThanOrEqual(ms);
        expect(ms - total).toBeLessThan(ms < 3_600_000 ? 1000 : ms < 86_400_000 ? 60_000 : 3_600_000);
      }),
    );
  });
});

test('timings and durations read as people write them', () => {
  const english = createFormat('en');
  const korean = createFormat('ko');
  expect(english.timing(283.4)).toBe('283\u00a0ms');
  expect(english.timing(999.7)).toBe('1\u00a0s');
  expect(english.timing(1463)).toBe('1.46\u00a0s');
  expect(english.duration(3 * 3_600_000 + 12 * 60_000 + 5000)).toBe('3h 12m');
  expect(korean.duration(3 * 3_600_000 + 12 * 60_000)).toBe('3시간 12분');
  expect(english.cores(0.4249)).toBe('0.42');
  expect(english.cores(12.34)).toBe('12.3');
});

test.each(LANGUAGES)('times of the day go to 23 in %s, whether a date stands before them or not', (language) => {
  const evening = new Date(2026, 10, 22, 17, 36, 5).getTime();
  const format = createFormat(language);
  expect(format.timeOfDay(evening)).toBe('17:36:05');
  expect(format.dateTime(evening)).toMatch(/ 17:36$/);
  expect(format.dateTime(new Date(2026, 10, 22, 0, 5).getTime())).toMatch(/ 00:05$/);
});
