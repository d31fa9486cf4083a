import type { LogLine } from '../contract/index.ts';
import { type Clock, Scope } from '../core/index.ts';
import { MERGE_POLICY, type MergePolicy, Merger, type Segment } from './merger.ts';

export interface MergeSource {
  open(signal: AbortSignal): AsyncIterable<LogLine[]>;
  /** Is told why the source ended early; the others go on. */
  onError(error: unknown): void;
}

/** The sources' lines merged by time (see Merger). A source is not read on while too many of its lines wait. Ends with the last source. */
export async function* mergeLogs(
  sources: readonly MergeSource[],
  deps: { clock: Clock; policy?: MergePolicy },
  signal: AbortSignal,
): AsyncGenerator<Segment[], void> {
  const { clock, policy = MERGE_POLICY } = deps;
  const merger = new Merger(sources.length, policy, clock.monotonic());
  const turn = new Turn();
  await using scope = new Scope(() => {});
  const over = AbortSignal.any([signal, scope.signal]);
  over.addEventListener('abort', () => turn.next());

  async function read({ open, onError }: MergeSource, index: number): Promise<void> {
    try {
      for await (const batch of open(over)) {
        merger.push(index, batch, clock.monotonic());
        turn.next();
        while (!merger.hasRoom(index) && !over.aborted) await turn.passed();
        if (over.aborted) return;
      }
    } catch (error) {
      if (!over.aborted) onError(error);
    } finally {
      merger.end(index);
      turn.next();
    }
  }
  for (const [index, source] of sources.entries()) scope.run(() => read(source, index));

  while (!over.aborted) {
    const changed = turn.passed();
    const segments = merger.take(clock.monotonic());
    if (segments.length > 0) {
      yield segments;
      // Sources that wait for room look again.
      turn.next();
      continue;
    }
    if (merger.isOver) return;
    await wakeWithin(changed, merger.waitMs(clock.monotonic()), { clock, signal: over });
  }
}

async function wakeWithin(changed: Promise<void>, ms: number, { clock, signal }: { clock: Clock; signal: AbortSignal }): Promise<void> {
  if (ms === Number.POSITIVE_INFINITY) return await changed;
  const awake = new AbortController();
  const slept = clock.sleep(ms, AbortSignal.any([signal, awake.signal])).catch(() => {});
  await Promise.race([changed, slept]);
  awake.abort();
}

/** Something happened; whoever waits looks again. */
class Turn {
  #passing = Promise.withResolvers<void>();

  passed(): Promise<void> {
    return this.#passing.promise;
  }

  next(): void {
    this.#passing.resolve();
    this.#passing = Promise.withResolvers();
  }
}
