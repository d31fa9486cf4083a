import type { MetricSubject, MetricsTick } from '../contract/index.ts';
import { Latest } from '../core/index.ts';
import type { Sample, Tick } from './sampler.ts';

export interface Subscription {
  /** Null is every subject. */
  subjects: readonly MetricSubject[] | null;
  hz: 1 | 10;
}

/** Who watches what, and how closely. */
export class Subscriptions {
  readonly #readers = new Set<{ subjects: ReadonlySet<MetricSubject> | null; hz: 1 | 10; latest: Latest<MetricsTick | null> }>();
  readonly #onFast: (anyFast: boolean) => void;

  /** @param onFast told whether anyone watches at 10 Hz, at every change of readers */
  constructor(onFast: (anyFast: boolean) => void) {
    this.#onFast = onFast;
  }

  isFast(subject: MetricSubject): boolean {
    for (const reader of this.#readers) {
      if (reader.hz === 10 && (reader.subjects === null || reader.subjects.has(subject))) return true;
    }
    return false;
  }

  publish(tick: Tick): void {
    // Readers that want the same samples share what goes over the wire.
    const toWire = once(toWireSample);
    for (const reader of this.#readers) {
      const samples = reader.hz === 10 ? tick.perTenth : tick.perSecond;
      if (samples === null) continue;
      const { subjects } = reader;
      const wanted = subjects === null ? samples : samples.filter((sample) => subjects.has(sample.subject));
      reader.latest.set({ timeMs: tick.timeMs, samples: wanted.map(toWire) });
    }
  }

  /** Policy `latest`: a reader that is slow misses ticks. */
  async *watch({ subjects, hz }: Subscription, signal: AbortSignal): AsyncGenerator<MetricsTick, void> {
    const reader = { subjects: subjects === null ? null : new Set(subjects), hz, latest: new Latest<MetricsTick | null>(null) };
    this.#readers.add(reader);
    this.#tellFast();
    try {
      for await (const tick of reader.latest.watch(signal)) if (tick !== null) yield tick;
    } finally {
      this.#readers.delete(reader);
      this.#tellFast();
    }
  }

  #tellFast(): void {
    this.#onFast([...this.#readers].some((reader) => reader.hz === 10));
  }
}

/** Bytes and processes are whole on the wire, cores have six digits: fewer bytes, and no precision that the sources have. */
function toWireSample({ subject, values }: Sample): MetricsTick['samples'][number] {
  return {
    subject,
    values: values.map((value, metric) => {
      if (Number.isNaN(value)) return null;
      return metric === 0 ? Math.round(value * 1e6) / 1e6 : Math.round(value);
    }),
  };
}

function once<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}
