import { Bookmark, X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { ListView } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { FILTER_FIELDS } from './machine-filter.ts';
import styles from './SavedFilters.module.css';

export interface SavedFiltersProps {
  /** The filter that is on now. */
  filter: string;
  saved: ListView['filters'];
  onUse: (text: string) => void;
  onChange: (filters: ListView['filters']) => void;
}

/** Filters with names: used again by one click, and what a filter can say. */
export function SavedFilters({ filter, saved, onUse, onChange }: SavedFiltersProps) {
  const { t } = useI18n();
  const [name, setName] = useState('');
  const save = (event: FormEvent) => {
    event.preventDefault();
    const named = name.trim();
    if (named === '') return;
    onChange([...saved.filter((one) => one.name !== named), { name: named, text: filter }]);
    setName('');
  };
  return (
    <Popover
      title={t('filters.title')}
      trigger={
        <IconButton label={t('filters.title')}>
          <Bookmark />
        </IconButton>
      }
    >
      <div className={styles.filters}>
        {saved.length > 0 && (
          <ul className={styles.list}>
            {saved.map((one) => (
              <li key={one.name} className={styles.saved}>
                <Button variant="quiet" className={styles.use} onClick={() => onUse(one.text)} aria-pressed={one.text === filter}>
                  <span>{one.name}</span>
                  <code className={styles.text}>{one.text}</code>
                </Button>
                <IconButton
                  label={t('filters.forget', { name: one.name })}
                  onClick={() => onChange(saved.filter((other) => other.name !== one.name))}
                >
                  <X />
                </IconButton>
              </li>
            ))}
          </ul>
        )}
        {filter === '' ? (
          <p className={styles.hint}>{t('filters.none')}</p>
        ) : (
          <form className={styles.save} onSubmit={save}>
            <TextField
              label={t('filters.name')}
              placeholder={t('filters.name')}
              maxLength={60}
              value={name}
              onChange={(event) => setName(event.target.value)}
            />
            <Button type="submit" disabled={name.trim() === ''}>
              {t('filters.save')}
            </Button>
          </form>
        )}
        <p className={styles.hint}>
          {t('filters.syntax')} <code>{FILTER_FIELDS.map((field) => `${field}:`).join(' ')}</code>
        </p>
      </div>
    </Popover>
  );
}
