import { Skeleton } from '../../ui/Skeleton.tsx';
import styles from './PageSkeleton.module.css';

/** Stands while a page's code or the first picture is on its way. */
export function PageSkeleton() {
  return (
    <div className={styles.skeleton}>
      <Skeleton width="140px" height="24px" />
      <Skeleton height="132px" />
      <Skeleton height="280px" />
    </div>
  );
}
