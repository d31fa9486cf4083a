import { Switch as Base } from '@base-ui/react/switch';
import styles from './Switch.module.css';

export function Switch({
  label,
  checked,
  onCheckedChange,
}: {
  label: string;
  checked: boolean;
  onCheckedChange: (checked: boolean) => void;
}) {
  return (
    <Base.Root className={styles.root} checked={checked} onCheckedChange={(next) => onCheckedChange(next)} aria-label={label}>
      <Base.Thumb className={styles.thumb} />
    </Base.Root>
  );
}
