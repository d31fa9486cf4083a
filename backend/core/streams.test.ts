import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Changes, Latest, Queue } from './streams.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('Latest', () => {
  test('gives the present value first, then only the newest', async () => {
    const latest = new Latest(1);
    const end = new AbortController();
    const values = latest.watch(end.signal);
    expect((await values.next()).value).toBe(1);
    latest.set(2);
    latest.set(3);
    expect((await values.next()).value).toBe(3);
    end.abort();
    expect((await values.next()).done).toBe(true);
  });

  test('ends a reader that waits', async () => {
    const latest = new Latest(1);
    const end = new AbortController();
    const values = latest.watch(end.signal);
    await values.next();
    const waiting = values.next();
    end.abort();
    expect((await waiting).done).toBe(true);
  });
});

describe('Changes', () => {
  test('whatever the reading speed, a reader that applies what it gets ends with the true sum', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ add: fc.integer({ min: -9, max: 9 }), reads: fc.nat({ max: 3 }) })), async (steps) => {
        let truth = 0;
        const changes = new Changes<{ sum: number }, { add: number }>(() => ({ sum: truth }), 4);
        const end = new AbortController();
        const events = changes.watch(end.signal);
        let shown = Number.NaN;
        const take = async () => {
          const { value } = await events.next();
          if (value === undefined) return;
          shown = 'sum' in value ? value.sum : shown + value.add;
        };
        await take();
        let unread = 0;
        for (const { add, reads } of steps) {
          truth += add;
          changes.publish({ add });
          unread++;
          for (let i = 0; i < Math.min(reads, unread); i++) {
            if (shown === truth) break;
            await take();
          }
          unread = Math.max(0, unread - reads);
        }
        while (shown !== truth) await take();
        expect(shown).toBe(truth);
        end.abort();
      }),
      { numRuns: 200 },
    );
  });

  test('a reader that fell behind gets a snapshot in place of what it missed', async () => {
    let sum = 0;
    const changes = new Changes<{ sum: number }, { add: number }>(() => ({ sum }), 2);
    const end = new AbortController();
    const events = changes.watch(end.signal);
    expect((await events.next()).value).toEqual({ sum: 0 });
    for (let i = 0; i < 5; i++) {
      sum++;
      changes.publish({ add: 1 });
    }
    expect((await events.next()).value).toEqual({ sum: 5 });
    changes.publish({ add: 1 });
    expect((await events.next()).value).toEqual({ add: 1 });
    end.abort();
  });
});

describe('Queue', () => {
  test('hands over in order, says when it is full and when it has drained', async () => {
    let drained = 0;
    const queue = new Queue<number>(2, () => drained++);
    expect(queue.push(1)).toBe(true);
    expect(queue.push(2)).toBe(false);
    expect(queue.push(3)).toBe(false);
    const reader = queue[Symbol.asyncIterator]();
    expect((await reader.next()).value).toBe(1);
    expect(drained).toBe(0);
    expect((await reader.next()).value).toBe(2);
    expect(drained).toBe(1);
    queue.end();
    expect((await reader.next()).value).toBe(3);
    expect((await reader.next()).done).toBe(true);
  });

  test('throws the end error after what came before it', async () => {
    const queue = new Queue<number>(8);
    queue.push(1);
    queue.end(new Error('gone'));
    const reader = queue[Symbol.asyncIterator]();
    expect((await reader.next()).value).toBe(1);
    await expect(reader.next()).rejects.toThrow('gone');
  });

  test('wakes a reader that waits', async () => {
    const queue = new Queue<number>(8);
    const reader = queue[Symbol.asyncIterator]();
    const waiting = reader.next();
    await turn();
    queue.push(7);
    expect((await waiting).value).toBe(7);
  });
});
