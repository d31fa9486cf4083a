import type { KeyboardEvent, PointerEvent } from 'react';
import styles from './ResizeHandle.module.css';

export interface ResizeHandleProps {
  label: string;
  /** Of the handle itself: a horizontal one changes a height. */
  orientation: 'horizontal' | 'vertical';
  value: number;
  /** What an arrow key changes. */
  step: number;
  fromPointer: (at: { clientX: number; clientY: number }) => number;
  onResize: (value: number) => void;
}

/** An edge that is dragged, or moved by arrow keys. */
export function ResizeHandle({ label, orientation, value, step, fromPointer, onResize }: ResizeHandleProps) {
  const onPointerDown = (event: PointerEvent<HTMLElement>) => {
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent<HTMLElement>) => {
    if (event.currentTarget.hasPointerCapture(event.pointerId)) onResize(fromPointer(event));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const [more, less] = orientation === 'horizontal' ? ['ArrowUp', 'ArrowDown'] : ['ArrowRight', 'ArrowLeft'];
    if (event.key === more) onResize(value + step);
    else if (event.key === less) onResize(value - step);
    else return;
    event.preventDefault();
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: an <hr> cannot be dragged or take the focus.
    <div
      role="separator"
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={Math.round(orientation === 'horizontal' ? value : value * 100)}
      tabIndex={0}
      className={styles.handle}
      data-orientation={orientation}
      onPointerDown={onPointerDown}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
