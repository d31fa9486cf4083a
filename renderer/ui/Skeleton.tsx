import styles from './Skeleton.module.css';

/** Stands where something will stand; sizes are CSS lengths. */
export function Skeleton({ width = '100%', height = '12px' }: { width?: string; height?: string }) {
  return <span className={styles.skeleton} style={{ width, height }} aria-hidden="true" />;
}
