import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import styles from './SelectionBar.module.css';

export interface SelectionBarProps {
  count: number;
  /** What the selected ones come to. */
  note?: string;
  onClear: () => void;
  /** What can be done with them. */
  children: ReactNode;
}

/** Below a list, while something of it is selected. */
export function SelectionBar({ count, note, onClear, children }: SelectionBarProps) {
  const { t } = useI18n();
  return (
    <div className={styles.bar} role="toolbar" aria-label={t('bulk.label')}>
      <span className={styles.count}>
        {t('bulk.selected', { count })}
        {note !== undefined && ` · ${note}`}
      </span>
      {children}
      <IconButton className={styles.end} label={t('bulk.clear')} onClick={onClear}>
        <X />
      </IconButton>
    </div>
  );
}
