import { Search } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { Kbd } from '../../ui/Kbd.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './ListFilter.module.css';
import { startList } from './start-list.ts';

export interface ListFilterProps {
  value: string;
  onChange: (value: string) => void;
  placeholder: string;
}

/** Filters the list in front; `/` leads to it, Escape empties it, and the arrow down leads into the list. */
export function ListFilter({ value, onChange, placeholder }: ListFilterProps) {
  const { t } = useI18n();
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onChange('');
    if (event.key !== 'ArrowDown') return;
    event.preventDefault();
    startList('ArrowDown');
  };
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
      onKeyDown={onKeyDown}
    />
  );
}
