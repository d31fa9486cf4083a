import type { KeyboardEvent } from 'react';

/** j/k and the arrows walk along a hull, the arrows to the sides cross over; Enter opens. */
export function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const list = event.currentTarget;
  const rows = [...list.querySelectorAll<HTMLElement>('[data-machine]')];
  const target = event.target instanceof Element ? event.target : list;
  const current = target.closest<HTMLElement>('[data-machine]');
  const next = neighbour(rows, current, event.key);
  if (next !== undefined) {
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest' });
  } else if (current !== null && target === current && event.key === 'Enter') current.querySelector('a')?.click();
  else return;
  event.preventDefault();
}

function neighbour(rows: HTMLElement[], current: HTMLElement | null, key: string): HTMLElement | undefined {
  const step = STEPS[key];
  if (step === undefined) return undefined;
  if (current === null) return rows[0];
  const at = current.getBoundingClientRect();
  const candidates = rows.filter((row) => {
    const to = row.getBoundingClientRect();
    return step === 'across'
      ? sameLine(at, to) && row !== current
      : to.left === at.left && (step === 'down' ? to.top > at.top : to.top < at.top);
  });
  return step === 'up' ? candidates.at(-1) : candidates[0];
}

const STEPS: Record<string, 'down' | 'up' | 'across'> = {
  j: 'down',
  ArrowDown: 'down',
  k: 'up',
  ArrowUp: 'up',
  ArrowLeft: 'across',
  ArrowRight: 'across',
};

function sameLine(one: DOMRect, other: DOMRect): boolean {
  return Math.abs(one.top - other.top) < 2;
}
