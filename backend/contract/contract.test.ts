import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decodeFrame,
  encodeFrame,
  engineId,
  FRAME,
  fillTemplate,
  problemReasons,
  settings,
  splitId,
  toMachineId,
  toProblem,
} from './index.ts';

test('frames survive the wire', () => {
  fc.assert(
    fc.property(fc.constantFrom(...Object.values(FRAME)), fc.uint8Array(), (type, payload) => {
      const frame = decodeFrame(encodeFrame(type, payload));
      expect(frame.type).toBe(type);
      expect([...frame.payload]).toEqual([...payload]);
    }),
  );
});

test('an empty frame and one of an unknown type are refused', () => {
  expect(() => decodeFrame(new Uint8Array())).toThrow(RangeError);
  expect(() => decodeFrame(new Uint8Array([99, 1]))).toThrow(RangeError);
});

test('ids come apart into what they were made of', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z0-9._-]{1,20}$/), fc.stringMatching(/^[a-f0-9:]{1,70}$/), (engine, native) => {
      expect(splitId(toMachineId(engineId.parse(engine), native))).toEqual({ engineId: engine, nativeId: native });
    }),
  );
});

test('a machine’s id holds no path and no space', () => {
  for (const bad of ['docker/a/b', 'docker/', '/a', 'docker/a b', 'docker/../x/y'])
    expect(() => toMachineId('docker' as never, bad)).toThrow();
});

test('every sentence is filled from its own params and leaves no empty place', () => {
  expect(fillTemplate('{a} and {b}', { a: 1 })).toBe('1 and b');
  for (const [reason, [code, template]] of Object.entries(problemReasons)) {
    const params = Object.fromEntries([...template.matchAll(/\{(\w+)\}/g)].map((match) => [match[1] ?? '', 'x']));
    const problem = toProblem(reason as keyof typeof problemReasons, params);
    expect(problem.code).toBe(code);
    expect(problem.message).not.toMatch(/[{}]/);
  }
});

test('all settings have defaults', () => {
  expect(settings.parse({})).toMatchObject({ language: 'system', theme: 'system', embeddedEngine: true });
});
