import type { MetricSubject } from '../../backend/contract/index.ts';
import type { BackendConnection } from '../backend/index.ts';
import { followAlways } from './follow.ts';
import { MetricsWindow, WINDOW_SLOTS } from './metrics.ts';

/** Histories asked for at the same time: a long list asks for many at once. */
const HISTORIES_AT_ONCE = 4;
/** Live ticks after which a history overlaps them. */
const OVERLAP_SLOTS = 5;

/** The window and what fills it: one stream for the whole page, only while somebody listens and the page is in sight. */
export interface MetricsFeed {
  readonly window: MetricsWindow;
  /** Grows at every change of the window. */
  version(): number;
  subscribe(listener: () => void): () => void;
  /** Asks once for what was measured of the subject before this page looked. */
  wantHistory(subject: MetricSubject): void;
  /** Whether all these subjects' histories are in the window, and not only what came live. */
  hasHistory(subjects: Iterable<MetricSubject>): boolean;
  close(): void;
}

export function createMetricsFeed(connection: BackendConnection): MetricsFeed {
  const window = new MetricsWindow();
  const listeners = new Set<() => void>();
  const asked = new Set<MetricSubject>();
  const answered = new Set<MetricSubject>();
  /** Whose history was asked for before the stream had come far enough to overlap it. */
  const early = new Set<MetricSubject>();
  const waiting: MetricSubject[] = [];
  let asking = 0;
  let version = 0;
  let stream: AbortController | null = null;

  const changed = () => {
    version++;
    for (const listener of [...listeners]) listener();
  };

  const turn = () => {
    const wanted = listeners.size > 0 && document.visibilityState === 'visible';
    if (wanted === (stream !== null)) return;
    stream?.abort();
    stream = null;
    if (!wanted) return;
    stream = new AbortController();
    void followAlways(
      connection,
      {
        open: (client, signal) => client.metrics.watch({ subjects: null, hz: 1 }, { signal }),
        onValue: (tick) => {
          window.append(tick);
          changed();
          if (window.liveSlots === OVERLAP_SLOTS) closeSeam();
        },
        // Without numbers the page shows dashes; what is wrong shows where it belongs, at the engine or the connection.
        onProblem: () => {},
      },
      stream.signal,
    );
  };
  document.addEventListener('visibilitychange', turn);

  // Between the end of such a history and the first live tick a second or two are missing; asked again, it has them.
  const closeSeam = () => {
    waiting.push(...early);
    early.clear();
    void askNext();
  };

  const askNext = async () => {
    if (asking >= HISTORIES_AT_ONCE) return;
    const subject = waiting.shift();
    if (subject === undefined) return;
    asking++;
    if (window.liveSlots < OVERLAP_SLOTS) early.add(subject);
    try {
      const toMs = Date.now();
      const history = await connection.client.metrics.history({ subject, fromMs: toMs - WINDOW_SLOTS * 1000, toMs, points: WINDOW_SLOTS });
      window.backfill(subject, history);
      answered.add(subject);
      changed();
    } catch {
      // A sparkline that starts empty fills by itself.
    } finally {
      asking--;
      void askNext();
    }
  };

  return {
    window,
    version: () => version,
    subscribe(listener) {
      listeners.add(listener);
      turn();
      return () => {
        listeners.delete(listener);
        // The next page may be about to listen: look again when this one is gone.
        queueMicrotask(turn);
      };
    },
    wantHistory(subject) {
      if (asked.has(subject)) return;
      asked.add(subject);
      waiting.push(subject);
      void askNext();
    },
    hasHistory(subjects) {
      for (const subject of subjects) if (!answered.has(subject)) return false;
      return true;
    },
    close() {
      document.removeEventListener('visibilitychange', turn);
      listeners.clear();
      turn();
    },
  };
}
