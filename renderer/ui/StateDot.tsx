import { classNames } from './class-names.ts';
import styles from './StateDot.module.css';

export type DotState = 'creating' | 'starting' | 'running' | 'paused' | 'saving' | 'stopping' | 'stopped' | 'suspended' | 'failed';

/** A state as a shape and a colour, 12 px; the word stands beside it, or give it as `label`. */
export function StateDot({ state, label }: { state: DotState; label?: string }) {
  return (
    <svg
      role={label === undefined ? undefined : 'img'}
      aria-label={label}
      aria-hidden={label === undefined}
      className={classNames(styles.dot, styles[state])}
      width="12"
      height="12"
      viewBox="0 0 12 12"
    >
      {SHAPES[state]}
    </svg>
  );
}

const ring = <circle className={styles.turning} cx="6" cy="6" r="4.25" fill="none" strokeWidth="1.75" strokeDasharray="9 4.35" />;

/** Full: runs. Open ring: on its way. Two bars: paused. Hollow: stopped. Two bars in a hollow: suspended. Cross in a square: failed. */
const SHAPES = {
  creating: <circle cx="6" cy="6" r="4.25" fill="none" strokeWidth="1.75" strokeDasharray="1.6 1.74" />,
  starting: ring,
  running: <circle cx="6" cy="6" r="4.5" stroke="none" />,
  paused: <path d="M3 2h2.25v8H3zM6.75 2H9v8H6.75z" stroke="none" />,
  saving: ring,
  stopping: ring,
  stopped: <rect x="2.4" y="2.4" width="7.2" height="7.2" rx="1.5" fill="none" strokeWidth="1.5" />,
  suspended: (
    <>
      <rect x="1.25" y="1.25" width="9.5" height="9.5" rx="2" fill="none" strokeWidth="1.5" />
      <path d="M3.9 3.6h1.5v4.8H3.9zM6.6 3.6h1.5v4.8H6.6z" stroke="none" />
    </>
  ),
  failed: (
    <path
      d="M2.5 0.5h7a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2h-7a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM4.4 3.3 3.3 4.4 4.9 6 3.3 7.6l1.1 1.1L6 7.1l1.6 1.6 1.1-1.1L7.1 6l1.6-1.6-1.1-1.1L6 4.9z"
      fillRule="evenodd"
      stroke="none"
    />
  ),
} as const;
