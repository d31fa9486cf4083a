import { useCallback, useRef } from 'react';
import { classNames } from './class-names.ts';
import styles from './StackedArea.module.css';
import { useFrameDraw } from './use-frame-draw.ts';

export type AreaTone = 'container' | 'vm' | 'rest' | 'app';

/** Layers from the bottom up, each evenly spaced values, oldest first; NaN in the first layer is a gap in all. */
export interface AreaShape {
  layers: readonly ArrayLike<number>[];
  max: number;
}

export interface StackedAreaProps {
  tones: readonly AreaTone[];
  subscribe: (listener: () => void) => () => void;
  read: () => AreaShape;
  className?: string | undefined;
}

const WIDTH = 240;
const HEIGHT = 64;

/** Parts of a whole over time, drawn outside React, at most once a frame. */
export function StackedArea({ tones, subscribe, read, className }: StackedAreaProps) {
  const paths = useRef<(SVGPathElement | null)[]>([]);
  const draw = useCallback(() => {
    stackPaths(read()).forEach((path, layer) => {
      paths.current[layer]?.setAttribute('d', path);
    });
  }, [read]);
  useFrameDraw(subscribe, draw);
  return (
    <svg className={classNames(styles.area, className)} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      {tones.map((tone, layer) => (
        <path
          key={tone}
          ref={(path) => {
            paths.current[layer] = path;
          }}
          className={styles[tone]}
        />
      ))}
    </svg>
  );
}

/** One closed path for each layer, standing on those before it, in a box of 240 × 64. */
export function stackPaths({ layers, max }: AreaShape): string[] {
  const count = layers[0]?.length ?? 0;
  const step = count > 1 ? WIDTH / (count - 1) : 0;
  const below = new Float64Array(count);
  const y = (value: number) => (HEIGHT - (max > 0 ? Math.min(1, Math.max(0, value / max)) : 0) * HEIGHT).toFixed(2);
  return layers.map((layer) => {
    let path = '';
    for (let start = 0; start < count; start++) {
      if (Number.isNaN(layers[0]?.[start] ?? Number.NaN)) continue;
      let end = start;
      while (end + 1 < count && !Number.isNaN(layers[0]?.[end + 1] ?? Number.NaN)) end++;
      let top = '';
      let bottom = '';
      for (let i = start; i <= end; i++) {
        const base = below[i] ?? 0;
        const value = layer[i] ?? 0;
        const sum = base + (Number.isNaN(value) ? 0 : value);
        top += `${i === start ? 'M' : 'L'}${(i * step).toFixed(2)} ${y(sum)}`;
        bottom = `L${(i * step).toFixed(2)} ${y(base)}${bottom}`;
        below[i] = sum;
      }
      path += `${top}${bottom}Z`;
      start = end;
    }
    return path;
  });
}
