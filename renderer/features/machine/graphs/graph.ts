import uPlot from 'uplot';
import { onThemeChange, readColor } from '../../../ui/read-color.ts';
import { type AxisBase, niceTop, timeTicks } from './axis.ts';
import { limitOnAxis } from './graph-spec.ts';
import { measuredRuns, type PlotBox, type PlotScale, traceRun } from './trace.ts';

export type LineTone = 'container' | 'vm';

export interface GraphLine {
  tone: LineTone;
  dotted: boolean;
  times: Float64Array;
  means: Float64Array;
  /** Drawn as a faint band above the mean; null when a bucket holds one sample. */
  maxima: Float64Array | null;
  gapSeconds: number;
}

/** What one graph shows at one moment. Times are seconds since 1970. */
export interface GraphPicture {
  from: number;
  to: number;
  lines: GraphLine[];
  limit: number | null;
  /** Moments when something happened to a machine. */
  ticks: readonly { time: number; tone: LineTone }[];
}

export interface GraphOptions {
  base: AxisBase;
  floor: number;
  /** The lowest graph carries the times for all. */
  showTimes: boolean;
  /** Graphs with one key share one cursor. */
  cursorKey: string;
  formatValue(value: number): string;
  formatTime(timeMs: number): string;
  /** Time under the cursor in seconds; null when the cursor has left. */
  onCursor(seconds: number | null): void;
}

const AXIS_HEIGHT = 24;
const AXIS_WIDTH = 72;
const LINE_WIDTH = 1.5;

/** One canvas. uPlot gives axes, scales and the shared cursor; the lines are drawn here, straight from typed arrays. */
export class Graph {
  readonly #plot: uPlot;
  readonly #options: GraphOptions;
  readonly #stopTheme: () => void;
  #picture: GraphPicture = { from: 0, to: 1, lines: [], limit: null, ticks: [] };
  #top = 1;
  #shownLimit: number | null = null;
  #colors = readColors();

  constructor(host: HTMLElement, options: GraphOptions) {
    this.#options = options;
    this.#plot = new uPlot(this.#plotOptions(host), [[], []], host);
    this.#stopTheme = onThemeChange(() => {
      this.#colors = readColors();
      this.#plot.redraw(false, true);
    });
  }

  /** True when the axis reaches up to the limit, so that its line is drawn. */
  get showsLimit(): boolean {
    return this.#shownLimit !== null;
  }

  draw(picture: GraphPicture): void {
    this.#picture = picture;
    const highest = highestOf(picture);
    this.#shownLimit = limitOnAxis(picture.limit, highest);
    this.#top = niceTop(Math.max(highest, this.#shownLimit ?? 0), this.#options.floor, this.#options.base);
    // The ends of the axis are the only data that uPlot gets.
    this.#plot.setData([
      [picture.from, picture.to],
      [null, null],
    ]);
  }

  resize(width: number, height: number): void {
    if (width !== this.#plot.width || height !== this.#plot.height) this.#plot.setSize({ width, height });
  }

  /** Puts the cursor of every graph with this key to a time; null takes it away. */
  setCursor(seconds: number | null): void {
    const left = seconds === null ? -10 : this.#plot.valToPos(seconds, 'x');
    this.#plot.setCursor({ left, top: left < 0 ? -10 : 0 });
  }

  /** Distance of a time from the left edge of the graph, in CSS pixels. */
  leftOf(seconds: number): number {
    return this.#plot.valToPos(seconds, 'x') + this.#plot.over.offsetLeft;
  }

  dispose(): void {
    this.#stopTheme();
    this.#plot.destroy();
  }

  #plotOptions(host: HTMLElement): uPlot.Options {
    const font = `11px ${getComputedStyle(host).fontFamily}`;
    const { formatTime, formatValue, showTimes, onCursor, cursorKey } = this.#options;
    const grid = { stroke: () => this.#colors.grid, width: 1 };
    return {
      width: Math.max(1, host.clientWidth),
      height: Math.max(1, host.clientHeight),
      padding: [8, 8, showTimes ? 0 : 4, 0],
      legend: { show: false },
      scales: {
        x: { time: false, range: () => [this.#picture.from, this.#picture.to] },
        y: { range: () => [0, this.#top] },
      },
      series: [{}, { paths: () => null, points: { show: false } }],
      axes: [
        {
          size: showTimes ? AXIS_HEIGHT : 0,
          font,
          stroke: () => this.#colors.text,
          grid,
          ticks: { show: false },
          gap: 6,
          splits: (plot) => {
            const { from, to } = this.#picture;
            const count = Math.max(2, Math.floor(plot.over.clientWidth / 90));
            return timeTicks(from * 1000, to * 1000, { count, offsetMinutes: new Date(to * 1000).getTimezoneOffset() }).map(
              (ms) => ms / 1000,
            );
          },
          values: (_, splits) => splits.map((seconds) => (showTimes ? formatTime(seconds * 1000) : '')),
        },
        {
          size: AXIS_WIDTH,
          font,
          stroke: () => this.#colors.text,
          grid,
          ticks: { show: false },
          gap: 8,
          splits: () => [0, this.#top / 2, this.#top],
          values: (_, splits) => splits.map((value) => (value === 0 ? '0' : formatValue(value))),
        },
      ],
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: false, y: false, setScale: false },
        sync: { key: cursorKey },
      },
      hooks: {
        draw: [(plot) => this.#drawLines(plot)],
        setCursor: [
          (plot) => {
            const { left } = plot.cursor;
            onCursor(left === undefined || left === null || left < 0 ? null : plot.posToVal(left, 'x'));
          },
        ],
      },
    };
  }

  #drawLines({ ctx, bbox }: uPlot): void {
    const { from, to, lines, ticks } = this.#picture;
    const scale: PlotScale = { from, to, top: this.#top };
    const pixels = devicePixelRatio;
    ctx.save();
    ctx.beginPath();
    // A line at zero or at the top is drawn with its whole width.
    ctx.rect(bbox.left, bbox.top - LINE_WIDTH * pixels, bbox.width, bbox.height + 2 * LINE_WIDTH * pixels);
    ctx.clip();
    ctx.lineJoin = 'round';
    ctx.lineCap = 'round';
    ctx.lineWidth = LINE_WIDTH * pixels;
    for (const { time, tone } of ticks) this.#drawTick(ctx, { x: bbox.left + ((time - from) / (to - from)) * bbox.width, tone, bbox });
    if (this.#shownLimit !== null) this.#drawLimit(ctx, bbox, this.#shownLimit);
    for (const line of lines) {
      const color = this.#colors[line.tone];
      ctx.strokeStyle = color;
      ctx.fillStyle = color;
      ctx.setLineDash(line.dotted ? [0.1, 4 * pixels] : []);
      for (const run of measuredRuns(line.times, line.means, line.gapSeconds)) {
        if (line.maxima !== null) drawBand(ctx, run, { line, maxima: line.maxima, box: bbox, scale });
        ctx.beginPath();
        traceRun(ctx, run, { times: line.times, values: line.means, box: bbox, scale });
        ctx.stroke();
      }
    }
    ctx.restore();
  }

  #drawTick(ctx: CanvasRenderingContext2D, { x, tone, bbox }: { x: number; tone: LineTone; bbox: PlotBox }): void {
    const half = 3.5 * devicePixelRatio;
    ctx.save();
    ctx.fillStyle = ctx.strokeStyle = this.#colors[tone];
    ctx.lineWidth = devicePixelRatio;
    ctx.globalAlpha = 0.7;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.globalAlpha = 1;
    ctx.beginPath();
    ctx.moveTo(x - half, bbox.top);
    ctx.lineTo(x + half, bbox.top);
    ctx.lineTo(x, bbox.top + 1.5 * half);
    ctx.fill();
    ctx.restore();
  }

  #drawLimit(ctx: CanvasRenderingContext2D, bbox: PlotBox, limit: number): void {
    const y = bbox.top + bbox.height * (1 - limit / this.#top);
    ctx.save();
    ctx.strokeStyle = this.#colors.text;
    ctx.lineWidth = devicePixelRatio;
    ctx.lineCap = 'butt';
    ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.restore();
  }
}

function drawBand(
  ctx: CanvasRenderingContext2D,
  run: [number, number],
  data: { line: GraphLine; maxima: Float64Array; box: PlotBox; scale: PlotScale },
): void {
  const { line, maxima, box, scale } = data;
  const band = new Path2D();
  traceRun(band, run, { times: line.times, values: maxima, box, scale });
  // Down to the mean and back: the maxima forwards, the means backwards.
  const perSecond = box.width / (scale.to - scale.from);
  for (let i = run[1]; i >= run[0]; i--) {
    const value = line.means[i] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    band.lineTo(box.left + ((line.times[i] ?? 0) - scale.from) * perSecond, box.top + box.height * (1 - value / scale.top));
  }
  band.closePath();
  ctx.save();
  ctx.globalAlpha = 0.18;
  ctx.fill(band);
  ctx.restore();
}

function highestOf(picture: GraphPicture): number {
  let highest = 0;
  for (const line of picture.lines) {
    const values = line.maxima ?? line.means;
    // NaN is not larger than anything, so gaps fall out by themselves.
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (value > highest && (line.times[i] as number) >= picture.from) highest = value;
    }
  }
  return highest;
}

function readColors(): Record<LineTone | 'text' | 'grid', string> {
  return {
    container: readColor('--color-container'),
    vm: readColor('--color-vm'),
    text: readColor('--color-text-faint'),
    grid: readColor('--color-border'),
  };
}
