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
  /** Drawn however far it is from the lines. */
  limitInSight: boolean;
  /** Moments when something happened to a machine. */
  ticks: readonly { time: number; tone: LineTone }[];
}

export type GraphColors = Record<LineTone | 'text' | 'grid', string>;

export interface Drawing {
  picture: GraphPicture;
  /** Null when it is not to be drawn. */
  limit: number | null;
  /** The value at the upper edge. */
  top: number;
  colors: GraphColors;
  box: PlotBox;
}

type Canvas = CanvasRenderingContext2D;

const LINE_WIDTH = 1.5;

/** Draws what lies between the axes. */
export function drawPicture(ctx: Canvas, drawing: Drawing): void {
  const { picture, limit, top, colors, box } = drawing;
  const { from, to, lines, ticks } = picture;
  const scale: PlotScale = { from, to, top };
  const pixels = devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  // A line at zero or at the top is drawn with its whole width.
  ctx.rect(box.left, box.top - LINE_WIDTH * pixels, box.width, box.height + 2 * LINE_WIDTH * pixels);
  ctx.clip();
  ctx.lineJoin = 'round';
  ctx.lineCap = 'round';
  ctx.lineWidth = LINE_WIDTH * pixels;
  for (const { time, tone } of ticks) drawTick(ctx, { x: box.left + ((time - from) / (to - from)) * box.width, color: colors[tone], box });
  if (limit !== null) drawLimit(ctx, { y: box.top + box.height * (1 - limit / top), color: colors.text, box });
  for (const line of lines) {
    ctx.strokeStyle = colors[line.tone];
    ctx.fillStyle = colors[line.tone];
    ctx.setLineDash(line.dotted ? [0.1, 4 * pixels] : []);
    for (const run of measuredRuns(line.times, line.means, line.gapSeconds)) {
      if (line.maxima !== null) drawBand(ctx, run, { line, maxima: line.maxima, box, scale });
      ctx.beginPath();
      traceRun(ctx, run, { times: line.times, values: line.means, box, scale });
      ctx.stroke();
    }
  }
  ctx.restore();
}

function drawTick(ctx: Canvas, { x, color, box }: { x: number; color: string; box: PlotBox }): void {
  const half = 3.5 * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = color;
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.globalAlpha = 0.7;
  ctx.beginPath();
  ctx.moveTo(x, box.top);
  ctx.lineTo(x, box.top + box.height);
  ctx.stroke();
  ctx.globalAlpha = 1;
  ctx.beginPath();
  ctx.moveTo(x - half, box.top);
  ctx.lineTo(x + half, box.top);
  ctx.lineTo(x, box.top + 1.5 * half);
  ctx.fill();
  ctx.restore();
}

function drawLimit(ctx: Canvas, { y, color, box }: { y: number; color: string; box: PlotBox }): void {
  ctx.save();
  ctx.strokeStyle = color;
  ctx.lineWidth = devicePixelRatio;
  ctx.lineCap = 'butt';
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(box.left, y);
  ctx.lineTo(box.left + box.width, y);
  ctx.stroke();
  ctx.restore();
}

function drawBand(
  ctx: Canvas,
  run: [number, number],
  { line, maxima, box, scale }: { line: GraphLine; maxima: Float64Array; box: PlotBox; scale: PlotScale },
): void {
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
