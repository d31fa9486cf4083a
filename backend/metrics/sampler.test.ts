import { expect, test } from 'vitest';
import { METRICS, type MetricSubject, metricSubject } from '../contract/index.ts';
import { type Clock, silentLogger } from '../core/index.ts';
import type { Probe } from './probe.ts';
import { emptyReading } from './reading.ts';
import { Sampler, type Tick } from './sampler.ts';
import { Subscriptions } from './subscriptions.ts';

const A = metricSubject.parse('docker-test/a');
const B = metricSubject.parse('docker-test/b');
const CPU = METRICS.indexOf('cpuCores');
const MEMORY = METRICS.indexOf('memoryBytes');

/** Time passes only when the test says so; sleepers are woken when their time has come. */
class SteppedClock implements Clock {
  #nowMs = 1_000_000_000_500;
  /** How far the monotonic clock is ahead of one that was set back. */
  #aheadMs = 0;
  readonly #sleepers = new Set<{ untilMs: number; wake: () => void }>();
  readonly now = () => this.#nowMs;
  readonly monotonic = () => this.#nowMs + this.#aheadMs - 1_000_000_000_000;

  /** Time passes while nothing runs. */
  jump(ms: number): void {
    this.#nowMs += ms;
  }

  setBack(ms: number): void {
    this.#nowMs -= ms;
    this.#aheadMs += ms;
    for (const sleeper of this.#sleepers) sleeper.untilMs -= ms;
  }

  get sleeping(): number {
    return this.#sleepers.size;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { untilMs: this.#nowMs + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
    });
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 50) {
      await settle();
      this.#nowMs += 50;
      for (const sleeper of this.#sleepers) {
        if (sleeper.untilMs > this.#nowMs) continue;
        this.#sleepers.delete(sleeper);
        sleeper.wake();
      }
    }
    await settle();
  }
}

/** Lets everything that is due run: no timers are involved, only promises. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function start() {
  const clock = new SteppedClock();
  const ticks: Tick[] = [];
  const subscriptions = new Subscriptions((anyFast) => sampler.setFast(anyFast));
  const sampler: Sampler = new Sampler({
    clock,
    logger: silentLogger,
    isFast: (subject) => subscriptions.isFast(subject),
    beforeTick() {},
    onTick(tick) {
      ticks.push(tick);
      subscriptions.publish(tick);
    },
  });
  /** Half a core; `reads` counts. */
  function probe(ended = () => false) {
    const counts = { reads: 0, closed: 0, opened: 0 };
    const open = async (): Promise<Probe> => {
      counts.opened++;
      return {
        read() {
          counts.reads++;
          const atMs = clock.monotonic();
          return ended() ? 'ended' : { ...emptyReading(atMs), cpuSeconds: atMs / 2000, memoryBytes: 5.4 };
        },
        close() {
          counts.closed++;
        },
      };
    };
    return { counts, open };
  }
  return { clock, ticks, subscriptions, sampler, probe };
}

const cpu = (samples: Tick['perTenth'] | null | undefined, subject: MetricSubject) =>
  samples?.find((sample) => sample.subject === subject)?.values[CPU];

test('one tick a second, at whole seconds, rates from the second on', async () => {
  const { clock, ticks, sampler, probe } = start();
  sampler.attach(A, probe().open);
  await clock.pass(3000);
  expect(ticks.map((tick) => tick.timeMs)).toEqual([1_000_000_001_000, 1_000_000_002_000, 1_000_000_003_000]);
  expect(ticks.map((tick) => cpu(tick.perSecond, A))).toEqual([Number.NaN, 0.5, 0.5]);
  expect(ticks.every((tick) => tick.perTenth.length === 0)).toBe(true);
  await sampler[Symbol.asyncDispose]();
});

test('ten ticks a second for what is watched so, while it is watched', async () => {
  const { clock, ticks, sampler, subscriptions, probe } = start();
  const [a, b] = [probe(), probe()];
  sampler.attach(A, a.open);
  sampler.attach(B, b.open);
  await clock.pass(1500);
  const watching = new AbortController();
  const watched = subscriptions.watch({ subjects: [A], hz: 10 }, watching.signal);
  const first = watched.next();
  await clock.pass(2000);
  const { value } = await first;
  expect(value?.samples.map((sample) => sample.subject)).toEqual([A]);
  expect(b.counts.reads).toBe(4);
  expect(a.counts.reads).toBeGreaterThanOrEqual(20);
  expect(cpu(ticks.at(-1)?.perTenth, A)).toBeCloseTo(0.5, 9);
  // A second's rate is over the second, however often was read in between.
  expect(ticks.findLast((tick) => tick.perSecond !== null)?.perSecond?.map((sample) => sample.values[CPU])).toEqual([0.5, 0.5]);
  watching.abort();
  await watched.next();
  const before = ticks.length;
  await clock.pass(2000);
  expect(ticks.length - before).toBe(2);
  await sampler[Symbol.asyncDispose]();
});

test('a reader at 1 Hz gets all subjects, or those that it named, with null for what was not measured', async () => {
  const { clock, sampler, subscriptions, probe } = start();
  sampler.attach(A, probe().open);
  sampler.attach(B, probe().open);
  const watching = new AbortController();
  const all = subscriptions.watch({ subjects: null, hz: 1 }, watching.signal).next();
  const one = subscriptions.watch({ subjects: [B], hz: 1 }, watching.signal).next();
  await clock.pass(1000);
  const { value } = await all;
  expect(value?.samples.map((sample) => sample.subject)).toEqual([A, B]);
  expect(value?.samples[0]?.values[MEMORY]).toBe(5);
  expect(value?.samples[0]?.values[CPU]).toBeNull();
  expect((await one).value?.samples.map((sample) => sample.subject)).toEqual([B]);
  watching.abort();
  await sampler[Symbol.asyncDispose]();
});

test('a slow reader gets the newest tick, not those it missed', async () => {
  const { clock, sampler, subscriptions, probe } = start();
  sampler.attach(A, probe().open);
  const watching = new AbortController();
  const reader = subscriptions.watch({ subjects: null, hz: 1 }, watching.signal);
  const first = reader.next();
  await clock.pass(1000);
  expect((await first).value?.timeMs).toBe(1_000_000_001_000);
  await clock.pass(5000);
  expect((await reader.next()).value?.timeMs).toBe(1_000_000_006_000);
  watching.abort();
  expect((await reader.next()).done).toBe(true);
  await sampler[Symbol.asyncDispose]();
});

test('nothing attached, nothing run', async () => {
  const { clock, sampler, probe } = start();
  const { counts, open } = probe();
  expect(clock.sleeping).toBe(0);
  sampler.attach(A, open);
  await clock.pass(2000);
  sampler.detach(A);
  await settle();
  expect(clock.sleeping).toBe(0);
  expect(counts.closed).toBe(1);
  sampler.attach(A, open);
  await clock.pass(2000);
  expect(counts).toMatchObject({ reads: 4, opened: 2 });
  await sampler[Symbol.asyncDispose]();
  expect(counts.closed).toBe(2);
  expect(clock.sleeping).toBe(0);
});

test('a subject that ended is opened anew while it is attached, and its counters begin anew', async () => {
  const { clock, ticks, sampler, probe } = start();
  let ended = false;
  const { counts, open } = probe(() => ended);
  sampler.attach(A, open);
  await clock.pass(2000);
  ended = true;
  await clock.pass(1000);
  ended = false;
  expect(counts.closed).toBe(1);
  await clock.pass(5000);
  expect(counts.opened).toBe(2);
  const rates = ticks.map((tick) => cpu(tick.perSecond, A));
  expect(rates.filter((rate) => rate === undefined).length).toBeGreaterThanOrEqual(2);
  expect(rates.filter((rate) => Number.isNaN(rate))).toHaveLength(2);
  expect(rates.at(-1)).toBe(0.5);
  await sampler[Symbol.asyncDispose]();
});

test('one that cannot be opened disturbs nobody and is tried again', async () => {
  const { clock, ticks, sampler, probe } = start();
  let tries = 0;
  sampler.attach(A, async () => {
    tries++;
    throw new Error('not there');
  });
  sampler.attach(B, probe().open);
  await clock.pass(6000);
  expect(tries).toBeGreaterThanOrEqual(2);
  expect(cpu(ticks.at(-1)?.perSecond, B)).toBe(0.5);
  await sampler[Symbol.asyncDispose]();
});

test('a probe that throws disturbs nobody and is opened anew', async () => {
  const { clock, ticks, sampler, probe } = start();
  let opened = 0;
  let closed = 0;
  sampler.attach(A, async () => {
    opened++;
    return {
      read: () => {
        throw new Error('broken');
      },
      close: () => {
        closed++;
      },
    };
  });
  sampler.attach(B, probe().open);
  await clock.pass(6000);
  expect(cpu(ticks.at(-1)?.perSecond, B)).toBe(0.5);
  expect(opened).toBeGreaterThanOrEqual(2);
  await sampler[Symbol.asyncDispose]();
  expect(closed).toBe(opened);
});

test('a second that passed while the process was busy is made up for; hours of sleep are not', async () => {
  const { clock, ticks, sampler, probe } = start();
  sampler.attach(A, probe().open);
  await clock.pass(2000);
  clock.jump(1400);
  await clock.pass(2000);
  const seconds = () => ticks.map((tick) => (tick.timeMs - 1_000_000_000_000) / 1000);
  expect(seconds()).toEqual([1, 2, 3, 4, 5]);
  clock.jump(7_200_000);
  await clock.pass(2000);
  expect(
    seconds()
      .slice(5)
      .every((second) => second > 7200),
  ).toBe(true);
  expect(seconds().slice(5).length).toBeGreaterThanOrEqual(1);
  await sampler[Symbol.asyncDispose]();
});

test('a clock that is set back neither stops the sampler nor makes it hurry', async () => {
  const { clock, ticks, sampler, probe } = start();
  sampler.attach(A, probe().open);
  await clock.pass(2000);
  const before = ticks.length;
  clock.setBack(3_600_000);
  await clock.pass(4000);
  expect(ticks.length - before).toBeGreaterThanOrEqual(3);
  expect(ticks.length - before).toBeLessThanOrEqual(4);
  expect(cpu(ticks.at(-1)?.perSecond, A)).toBe(0.5);
  await sampler[Symbol.asyncDispose]();
});
