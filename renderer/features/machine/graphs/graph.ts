import uPlot from 'uplot';
import { onThemeChange, readColor } from '../../../ui/read-color.ts';
import { type AxisBase, niceTop, timeTicks } from './axis.ts';
import { drawPicture, type GraphColors, type GraphPicture } from './draw-picture.ts';
import { limitOnAxis } from './graph-spec.ts';

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
/** Beside the last point. */
const RIGHT_PX = 8;
/** Half of a time with its seconds. */
const HALF_TIME_PX = 26;

/** One canvas. uPlot gives axes, scales and the shared cursor; the lines are drawn here, straight from typed arrays. */
export class Graph {
  readonly #plot: uPlot;
  readonly #options: GraphOptions;
  readonly #stopTheme: () => void;
  #picture: GraphPicture = { from: 0, to: 1, lines: [], limit: null, limitInSight: false, ticks: [] };
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

  draw(picture: GraphPicture): void {
    this.#picture = picture;
    const highest = highestOf(picture);
    this.#shownLimit = picture.limitInSight ? picture.limit : limitOnAxis(picture.limit, highest);
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
      padding: [8, RIGHT_PX, showTimes ? 0 : 4, 0],
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
          values: (plot, splits) => splits.map((seconds) => (showTimes && hasRoom(plot, seconds) ? formatTime(seconds * 1000) : '')),
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
        draw: [
          ({ ctx, bbox }) =>
            drawPicture(ctx, { picture: this.#picture, limit: this.#shownLimit, top: this.#top, colors: this.#colors, box: bbox }),
        ],
        setCursor: [
          (plot) => {
            const { left } = plot.cursor;
            onCursor(left === undefined || left === null || left < 0 ? null : plot.posToVal(left, 'x'));
          },
        ],
      },
    };
  }
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

/** A time that would be cut off by the right edge is left out. */
function hasRoom(plot: uPlot, seconds: number): boolean {
  return plot.over.clientWidth + RIGHT_PX - plot.valToPos(seconds, 'x') >= HALF_TIME_PX;
}

function readColors(): GraphColors {
  return {
    container: readColor('--color-container'),
    vm: readColor('--color-vm'),
    text: readColor('--color-text-faint'),
    grid: readColor('--color-border'),
  };
}
