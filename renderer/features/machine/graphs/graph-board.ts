import type { MachineKind, Metric, MetricSubject } from '../../../../backend/contract/index.ts';
import type { BackendConnection } from '../../../backend/index.ts';
import type { Format } from '../../../i18n/index.ts';
import type { GraphLine } from './draw-picture.ts';
import { Graph } from './graph.ts';
import { GRAPH_SPECS, GRAPHS, type GraphId, metricIndex, type RangeMs, rangeSteps } from './graph-spec.ts';
import { axisTime, formatMetric } from './graph-text.ts';
import { SampleFeed } from './sample-feed.ts';
import { positionAt } from './trace.ts';

export interface BoardSubject {
  subject: MetricSubject;
  kind: MachineKind;
}

export interface BoardEvent {
  timeMs: number;
  kind: MachineKind;
  label: string;
}

/** The elements that the board fills; React makes them and does not touch what is in them. */
export interface BoardElements {
  /** Its arrow keys move the cursor. */
  root: HTMLElement;
  plots: ReadonlyMap<GraphId, HTMLElement>;
  /** By `valueKey`. */
  values: ReadonlyMap<string, HTMLElement>;
  /** Say the limit, also while its line is too far away to be drawn. */
  limits: ReadonlyMap<GraphId, HTMLElement>;
  /** Follows the cursor along the time axis. */
  cursorLabel: HTMLElement;
}

export interface BoardOptions {
  connection: BackendConnection;
  elements: BoardElements;
  /** The machine of the page first, then its twin. */
  subjects: readonly BoardSubject[];
  rangeMs: RangeMs;
  format: Format;
  onProblem(error: unknown): void;
}

/** What can change without starting anew. */
export interface BoardMarks {
  limits: Record<GraphId, number | null>;
  /** While limits are being changed their lines are drawn however far away they are. */
  limitsInSight: boolean;
  events: readonly BoardEvent[];
}

export function valueKey(graph: GraphId, kind: MachineKind, metric: Metric): string {
  return `${graph} ${kind} ${metric}`;
}

const READABLE_MS = 450;
let boards = 0;

/**
 * All graphs of a machine's page: one feed, one time axis, one cursor. Lives outside React; draws at most once a frame,
 * when something has changed, and only while it can be seen. While the page is hidden it does not even ask for samples.
 */
export class GraphBoard {
  readonly #options: BoardOptions;
  readonly #graphs = new Map<GraphId, Graph>();
  readonly #endings: (() => void)[] = [];
  #marks: BoardMarks = {
    limits: { cpu: null, memory: null, disk: null, network: null, processes: null },
    limitsInSight: false,
    events: [],
  };
  #feed: SampleFeed | null = null;
  #frame = 0;
  #inView = true;
  #cursor: number | null = null;
  #valuesWrittenAt = 0;

  constructor(options: BoardOptions) {
    this.#options = options;
    const { elements, format } = options;
    const cursorKey = `board-${boards++}`;
    for (const [id, host] of elements.plots) {
      const { base, floor } = GRAPH_SPECS[id];
      const graph = new Graph(host, {
        base,
        floor,
        cursorKey,
        showTimes: id === GRAPHS.at(-1),
        formatValue: (value) => formatMetric(format, id, value),
        formatTime: (timeMs) => axisTime(format, timeMs, options.rangeMs),
        onCursor: (seconds) => this.#moveCursor(seconds),
      });
      this.#graphs.set(id, graph);
      this.#endings.push(() => graph.dispose());
    }
    this.#watchSize();
    this.#watchVisibility();
    this.#watchKeys();
    this.#endings.push(() => {
      cancelAnimationFrame(this.#frame);
      this.#feed?.dispose();
    });
    // Time goes on even when no samples come: a stopped machine's graph moves out of sight, it does not freeze.
    const timer = setInterval(() => this.#request(), 1000);
    this.#endings.push(() => clearInterval(timer));
    this.#setFeed();
  }

  setMarks(marks: BoardMarks): void {
    this.#marks = marks;
    this.#request();
  }

  dispose(): void {
    for (const end of this.#endings.reverse()) end();
  }

  #setFeed(): void {
    if (document.hidden) {
      this.#feed?.dispose();
      this.#feed = null;
    } else {
      const { connection, subjects, rangeMs, onProblem } = this.#options;
      this.#feed ??= new SampleFeed({
        connection,
        subjects: subjects.map((one) => one.subject),
        rangeMs,
        onProblem,
        onChange: () => this.#request(),
      });
    }
  }

  #request(): void {
    if (this.#frame === 0 && this.#inView && !document.hidden) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  #draw(): void {
    this.#frame = 0;
    const feed = this.#feed;
    if (feed === null) return;
    const { subjects, rangeMs, format, elements } = this.#options;
    const to = feed.nowMs / 1000;
    const from = to - rangeMs / 1000;
    const ticks = this.#marks.events.map((event) => ({ time: event.timeMs / 1000, tone: event.kind }));
    for (const [id, graph] of this.#graphs) {
      const limit = this.#marks.limits[id];
      const lines = subjects.flatMap((subject) => this.#lines(feed, id, subject));
      graph.draw({ from, to, lines, limit, limitInSight: this.#marks.limitsInSight, ticks: ticks.filter((tick) => tick.time > from) });
      const limitText = elements.limits.get(id);
      if (limitText !== undefined) setText(limitText, limit === null ? '' : formatMetric(format, id, limit));
    }
    this.#writeValues(feed);
    this.#placeCursorLabel();
  }

  #lines(feed: SampleFeed, id: GraphId, { subject, kind }: BoardSubject): GraphLine[] {
    const series = feed.series(subject);
    if (series === undefined) return [];
    const columns = series.columns();
    return GRAPH_SPECS[id].metrics[kind].map((metric, order) => {
      const index = metricIndex(metric);
      return {
        tone: kind,
        dotted: order > 0,
        times: columns.times,
        means: columns.means[index] ?? new Float64Array(columns.times.length),
        maxima: rangeSteps(this.#options.rangeMs).stepMs > 2000 ? (columns.maxima[index] ?? null) : null,
        gapSeconds: series.gapSeconds,
      };
    });
  }

  #writeValues(feed: SampleFeed): void {
    // Digits that change ten times a second cannot be read.
    const now = performance.now();
    if (this.#cursor === null && now - this.#valuesWrittenAt < READABLE_MS) return;
    this.#valuesWrittenAt = this.#cursor === null ? now : 0;
    const { subjects, format, elements } = this.#options;
    for (const { subject, kind } of subjects) {
      const series = feed.series(subject);
      const columns = this.#cursor === null ? null : series?.columns();
      const row = columns && series && this.#cursor !== null ? positionAt(columns.times, this.#cursor, series.gapSeconds) : -1;
      for (const id of GRAPHS) {
        for (const metric of GRAPH_SPECS[id].metrics[kind]) {
          const element = elements.values.get(valueKey(id, kind, metric));
          const index = metricIndex(metric);
          const value = columns ? (columns.means[index]?.[row] ?? Number.NaN) : feed.latest(subject, index);
          if (element !== undefined) setText(element, formatMetric(format, id, value));
        }
      }
    }
  }

  #moveCursor(seconds: number | null): void {
    if (seconds === this.#cursor) return;
    this.#cursor = seconds;
    this.#request();
  }

  #placeCursorLabel(): void {
    const { cursorLabel } = this.#options.elements;
    const graph = this.#graphs.values().next().value;
    cursorLabel.hidden = this.#cursor === null;
    if (this.#cursor === null || graph === undefined) return;
    const left = graph.leftOf(this.#cursor);
    const near = this.#marks.events.find((event) => Math.abs(graph.leftOf(event.timeMs / 1000) - left) < 6);
    setText(cursorLabel, near?.label ?? this.#options.format.timeOfDay(this.#cursor * 1000));
    // Words at the edge stay whole.
    const most = (cursorLabel.parentElement?.clientWidth ?? 0) - cursorLabel.offsetWidth / 2;
    cursorLabel.style.left = `${Math.min(left, most)}px`;
  }

  #watchSize(): void {
    const { plots } = this.#options.elements;
    const observer = new ResizeObserver(() => {
      for (const [id, host] of plots) this.#graphs.get(id)?.resize(host.clientWidth, host.clientHeight);
      this.#request();
    });
    for (const host of plots.values()) observer.observe(host);
    this.#endings.push(() => observer.disconnect());
  }

  #watchVisibility(): void {
    const { root } = this.#options.elements;
    const inView = new IntersectionObserver(([entry]) => {
      this.#inView = entry?.isIntersecting ?? true;
      this.#request();
    });
    inView.observe(root);
    const onVisibility = () => this.#setFeed();
    document.addEventListener('visibilitychange', onVisibility);
    this.#endings.push(() => {
      inView.disconnect();
      document.removeEventListener('visibilitychange', onVisibility);
    });
  }

  #watchKeys(): void {
    const { root } = this.#options.elements;
    const onKey = (event: KeyboardEvent) => {
      if (event.target !== root || this.#feed === null) return;
      const span = this.#options.rangeMs / 1000;
      const now = this.#feed.nowMs / 1000;
      const at = this.#cursor ?? now;
      const step = (span / 240) * (event.shiftKey ? 10 : 1);
      const moves: Record<string, number | null> = {
        ArrowLeft: at - step,
        ArrowRight: at + step,
        Home: now - span,
        End: now,
        Escape: null,
      };
      const next = moves[event.key];
      if (next === undefined) return;
      event.preventDefault();
      const clamped = next === null ? null : Math.min(now, Math.max(now - span, next));
      for (const graph of this.#graphs.values()) graph.setCursor(clamped);
      this.#moveCursor(clamped);
    };
    root.addEventListener('keydown', onKey);
    this.#endings.push(() => root.removeEventListener('keydown', onKey));
  }
}

function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
