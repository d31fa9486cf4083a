import { useCallback, useRef } from 'react';
import { classNames } from './class-names.ts';
import styles from './Sparkline.module.css';
import { useFrameDraw } from './use-frame-draw.ts';

/** What a sparkline shows now: evenly spaced values, oldest first, NaN for a gap; `max` is the top of its scale, which begins at zero. */
export interface SparklineShape {
  values: ArrayLike<number>;
  max: number;
}

export interface SparklineProps {
  tone: 'container' | 'vm' | 'neutral';
  /** Calls at every new value; returns the way to stop. Keep it stable: a new one subscribes again. */
  subscribe: (listener: () => void) => () => void;
  read: () => SparklineShape;
  className?: string | undefined;
}

const WIDTH = 100;
const HEIGHT = 24;

/** One line, drawn outside React, at most once a frame. Decoration for eyes: the number beside it is what is read. */
export function Sparkline({ tone, subscribe, read, className }: SparklineProps) {
  const line = useRef<SVGPathElement>(null);
  const draw = useCallback(() => line.current?.setAttribute('d', linePath(read())), [read]);
  useFrameDraw(subscribe, draw);
  return (
    <svg
      className={classNames(styles.sparkline, styles[tone], className)}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      <path className={styles.base} d={`M0 ${HEIGHT - 0.5}H${WIDTH}`} />
      <path ref={line} className={styles.line} />
    </svg>
  );
}

/** The path of a line in a box of 100 × 24; a gap lifts the pen, and a lone value becomes a dot. */
export function linePath({ values, max }: SparklineShape): string {
  const step = values.length > 1 ? WIDTH / (values.length - 1) : 0;
  const top = 1.5;
  const bottom = HEIGHT - 1;
  let path = '';
  let penDown = false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? Number.NaN;
    if (Number.isNaN(value)) {
      penDown = false;
      continue;
    }
    const share = max > 0 ? Math.min(1, Math.max(0, value / max)) : 0;
    const x = (i * step).toFixed(1);
    const y = (bottom - share * (bottom - top)).toFixed(1);
    const alone = !penDown && Number.isNaN(values[i + 1] ?? Number.NaN);
    path += `${penDown ? 'L' : 'M'}${x} ${y}${alone ? 'h0.1' : ''}`;
    penDown = true;
  }
  return path;
}
