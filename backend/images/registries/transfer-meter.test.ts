import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Clock, systemClock } from '../../core/index.ts';
import type { TransferPart } from '../../drivers/registries.ts';
import { TransferMeter } from './transfer-meter.ts';

class HandClock implements Clock {
  time = 0;
  now = () => this.time;
  monotonic = () => this.time;
  sleep = systemClock.sleep;
}

const layer = (id: string, doneBytes: number | null, totalBytes: number | null, state: TransferPart['state'] = 'downloading') => ({
  id,
  state,
  doneBytes,
  totalBytes,
});

test('a rate is that of the last seconds, of each layer and of all', () => {
  const clock = new HandClock();
  const meter = new TransferMeter(clock);
  expect(meter.measure({ step: 'Downloading', parts: [layer('a', 0, 10_000), layer('b', 0, 10_000)] }).bytesPerSecond).toBeNull();
  clock.time = 1000;
  const first = meter.measure({ step: 'Downloading', parts: [layer('a', 1000, 10_000), layer('b', 3000, 10_000)] });
  expect(first).toMatchObject({ bytesPerSecond: 4000, doneBytes: 4000, totalBytes: 20_000, progress: 0.2 });
  expect(first.parts?.map(({ bytesPerSecond }) => bytesPerSecond)).toEqual([1000, 3000]);
  // Nothing more comes: after the window the rate is 0.
  for (const seconds of [2, 3, 4, 5, 6]) {
    clock.time = seconds * 1000;
    meter.measure({ step: 'Downloading', parts: [layer('a', 1000, 10_000), layer('b', 3000, 10_000)] });
  }
  expect(meter.measure({ step: 'Downloading', parts: [layer('a', 1000, 10_000), layer('b', 3000, 10_000)] }).bytesPerSecond).toBe(0);
});

test('the total is not told before every layer that moves has a size; how far it is, is told all the same', () => {
  const meter = new TransferMeter(new HandClock());
  const parts = [layer('a', 50, 100), layer('b', null, null, 'waiting'), layer('c', null, null, 'present')];
  expect(meter.measure({ step: null, parts })).toMatchObject({ totalBytes: null, progress: 0.5 });
  expect(meter.measure({ step: null, parts: [] })).toMatchObject({ progress: null, totalBytes: null });
});

test('how far it is lies between 0 and 1, whatever comes', () => {
  const part = fc.record({
    id: fc.constantFrom('a', 'b', 'c'),
    state: fc.constantFrom<TransferPart['state']>('waiting', 'downloading', 'downloaded', 'extracting', 'present', 'done'),
    totalBytes: fc.option(fc.nat(1e9)),
    share: fc.double({ min: 0, max: 1, noNaN: true }),
  });
  fc.assert(
    fc.property(fc.array(fc.uniqueArray(part, { selector: ({ id }) => id })), (steps) => {
      const clock = new HandClock();
      const meter = new TransferMeter(clock);
      for (const step of steps) {
        clock.time += 500;
        const parts = step.map(({ share, ...one }) => ({ ...one, doneBytes: one.totalBytes === null ? null : one.totalBytes * share }));
        const { progress, bytesPerSecond } = meter.measure({ step: null, parts });
        if (progress != null) expect(progress >= 0 && progress <= 1 + 1e-9).toBe(true);
        if (bytesPerSecond != null) expect(bytesPerSecond).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
