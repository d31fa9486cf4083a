import type { LogLine } from '../contract/index.ts';

/** Lines of one source that follow each other in the merged log. */
export interface Segment {
  source: number;
  lines: LogLine[];
}

export interface MergePolicy {
  /** How long a line waits for an earlier one of another source. */
  windowMs: number;
  /** How long a source may take to give its first line. */
  openMs: number;
  /** So many lines of one source are held; beyond, it is not read on, or they go out before the window is over. */
  heldLines: number;
}

export const MERGE_POLICY: MergePolicy = { windowMs: 250, openMs: 1500, heldLines: 10_000 };

/**
 * Merges logs by time with a bounded memory. Each source is taken to be in order, and keeps its own order whatever its times
 * say; a line without a time stays with the one before it.
 *
 * - While every open source has a line waiting, the earliest goes out: what is read from the past is in exact order.
 * - A source that gives nothing is waited for `windowMs` (`openMs` at first); then the others go on without it.
 * - While one is silent, each line of the others waits `windowMs` for it, unless more than `heldLines` wait.
 *
 * A line that comes later than that stands where it came; its time tells.
 */
export class Merger {
  readonly #policy: MergePolicy;
  readonly #sources: Source[];

  constructor(count: number, policy: MergePolicy, nowMs: number) {
    this.#policy = policy;
    this.#sources = Array.from({ length: count }, () => new Source(nowMs));
  }

  push(source: number, lines: LogLine[], nowMs: number): void {
    if (lines.length > 0) this.#sources[source]?.push(lines, nowMs);
  }

  end(source: number): void {
    const found = this.#sources[source];
    if (found !== undefined) found.ended = true;
  }

  /** Whether a source may be read on. */
  hasRoom(source: number): boolean {
    return (this.#sources[source]?.held ?? 0) < this.#policy.heldLines;
  }

  get isOver(): boolean {
    return this.#sources.every((source) => source.ended && source.held === 0);
  }

  /** What may go out now, in order. */
  take(nowMs: number): Segment[] {
    const segments: Segment[] = [];
    for (let next = this.#next(); next !== null && this.#allowedAt(next.source) <= nowMs; next = this.#next()) {
      const lines = next.source.takeUpTo(next.limit, nowMs);
      const last = segments.at(-1);
      if (last?.source === next.index) for (const line of lines) last.lines.push(line);
      else segments.push({ source: next.index, lines });
    }
    return segments;
  }

  /** How long nothing can go out, if nothing comes; infinite when nothing is held. */
  waitMs(nowMs: number): number {
    const next = this.#next();
    return next === null ? Number.POSITIVE_INFINITY : Math.max(0, this.#allowedAt(next.source) - nowMs);
  }

  /** The source with the earliest line, and the time up to which it goes before all others. */
  #next(): { source: Source; index: number; limit: number } | null {
    let first: Source | null = null;
    let index = -1;
    let limit = Number.POSITIVE_INFINITY;
    for (const [place, source] of this.#sources.entries()) {
      if (source.held === 0) continue;
      if (first === null || source.headTime < first.headTime) {
        if (first !== null) limit = first.headTime;
        first = source;
        index = place;
      } else {
        limit = Math.min(limit, source.headTime);
      }
    }
    return first === null ? null : { source: first, index, limit };
  }

  /** The moment from which the source's first line need not wait for those that have none. */
  #allowedAt(first: Source): number {
    const { windowMs, openMs, heldLines } = this.#policy;
    let allowed = Number.NEGATIVE_INFINITY;
    for (const source of this.#sources) {
      if (source.ended || source.held > 0) continue;
      const quietAt = source.emptySinceMs + (source.hasGiven ? windowMs : openMs);
      const waited = first.held >= heldLines ? quietAt : Math.max(quietAt, first.headArrivedMs + windowMs);
      allowed = Math.max(allowed, waited);
    }
    return allowed;
  }
}

class Source {
  readonly #batches: { lines: LogLine[]; arrivedMs: number }[] = [];
  /** Place in the first batch. */
  #at = 0;
  #time = Number.NEGATIVE_INFINITY;
  held = 0;
  ended = false;
  hasGiven = false;
  emptySinceMs: number;

  constructor(nowMs: number) {
    this.emptySinceMs = nowMs;
  }

  /** Of the first line, or of the last before it that had one. */
  get headTime(): number {
    return this.#batches[0]?.lines[this.#at]?.timeMs ?? this.#time;
  }

  get headArrivedMs(): number {
    return this.#batches[0]?.arrivedMs ?? Number.POSITIVE_INFINITY;
  }

  push(lines: LogLine[], nowMs: number): void {
    this.#batches.push({ lines, arrivedMs: nowMs });
    this.held += lines.length;
    this.hasGiven = true;
  }

  /** At least the first line, and those of its batch that are not later than `limit`. */
  takeUpTo(limit: number, nowMs: number): LogLine[] {
    const batch = this.#batches[0];
    if (batch === undefined) return [];
    let end = this.#at;
    do {
      this.#time = batch.lines[end]?.timeMs ?? this.#time;
      end++;
    } while (end < batch.lines.length && (batch.lines[end]?.timeMs ?? this.#time) <= limit);
    const taken = batch.lines.slice(this.#at, end);
    this.held -= taken.length;
    this.#at = end;
    if (end === batch.lines.length) {
      this.#batches.shift();
      this.#at = 0;
    }
    if (this.held === 0) this.emptySinceMs = nowMs;
    return taken;
  }
}
