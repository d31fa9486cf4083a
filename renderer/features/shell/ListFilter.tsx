import { Search } from 'lucide-react';
import { useI18n } from '../../i18n/index.ts';
import { Kbd } from '../../ui/Kbd.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './ListFilter.module.css';

export interface ListFilterProps {
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
}

/** Filters the list in front; `/` leads to it, Escape empties it. */
export function ListFilter({ value, onChange, placeholder }: ListFilterProps) {
  const { t } = useI18n();
  return (
    <TextField
      className={styles.filter}
      label={t('common.filter')}
      type="search"
      placeholder={placeholder}
      icon={<Search />}
      aside={<Kbd>/</Kbd>}
      data-filter
      value={value}
      onChange={(event) => onChange(event.target.value)}
      onKeyDown={(event) => event.key === 'Escape' && onChange('')}
    />
  );
}
