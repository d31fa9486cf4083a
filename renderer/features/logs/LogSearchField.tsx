import { CaseSensitive, ChevronDown, ChevronUp, ListFilter, Regex, Search } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './LogPanel.module.css';
import type { LogQuery } from './log-query.ts';
import type { FoundInLog } from './use-log-search.ts';

interface LogSearchFieldProps {
  query: LogQuery;
  onQueryChange: (query: LogQuery) => void;
  found: FoundInLog;
  onlyMatching: boolean;
  onOnlyMatchingChange: (on: boolean) => void;
}

export function LogSearchField({ query, onQueryChange, found, onlyMatching, onOnlyMatchingChange }: LogSearchFieldProps) {
  const { t } = useI18n();
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    // The browser's own search would find only the lines that are drawn.
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'f' || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey || event.defaultPrevented)
        return;
      if (event.target instanceof Element && event.target.closest('.xterm') !== null) return;
      event.preventDefault();
      field.current?.select();
      field.current?.focus();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') found.step(event.shiftKey ? -1 : 1);
    else if (event.key === 'Escape') onQueryChange({ ...query, text: '' });
    else return;
    event.preventDefault();
  };
  const words = useFoundWords(query, found);
  const count = found.search?.matches.count ?? 0;
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to every browser that we run in.
    <div role="search" className={styles.search}>
      <TextField
        ref={field}
        label={t('search.label')}
        placeholder={t('search.label')}
        icon={<Search />}
        data-filter
        value={query.text}
        aria-invalid={found.invalid !== null}
        onChange={(event) => onQueryChange({ ...query, text: event.target.value })}
        onKeyDown={onKeyDown}
      />
      <IconButton
        label={t('search.caseSensitive')}
        size="small"
        aria-pressed={query.caseSensitive}
        onClick={() => onQueryChange({ ...query, caseSensitive: !query.caseSensitive })}
      >
        <CaseSensitive />
      </IconButton>
      <IconButton
        label={t('search.regex')}
        size="small"
        aria-pressed={query.regex}
        onClick={() => onQueryChange({ ...query, regex: !query.regex })}
      >
        <Regex />
      </IconButton>
      <IconButton label={t('search.previous')} shortcut="Shift+Enter" size="small" disabled={count === 0} onClick={() => found.step(-1)}>
        <ChevronUp />
      </IconButton>
      <IconButton label={t('search.next')} shortcut="Enter" size="small" disabled={count === 0} onClick={() => found.step(1)}>
        <ChevronDown />
      </IconButton>
      <IconButton
        label={t('logs.onlyMatching')}
        size="small"
        aria-pressed={onlyMatching}
        onClick={() => onOnlyMatchingChange(!onlyMatching)}
      >
        <ListFilter />
      </IconButton>
      <span className={styles.count}>{words}</span>
    </div>
  );
}

/** How many there are, and at which the search stands. */
function useFoundWords(query: LogQuery, { search, position }: FoundInLog): string {
  const { t, format } = useI18n();
  if (query.text === '' || search === null || search.state === 'tooSlow') return '';
  const { count } = search.matches;
  if (count === 0) return t(search.state === 'searching' ? 'search.searching' : 'search.none');
  const total = search.state === 'full' ? t('search.atLeast', { total: format.integer(count) }) : format.integer(count);
  return position < 0 ? total : t('search.position', { index: format.integer(position + 1), total });
}

/** Why nothing is found by an expression. */
export function SearchProblem({ found: { search, invalid } }: { found: FoundInLog }) {
  const { t } = useI18n();
  if (invalid === null && search?.state !== 'tooSlow') return null;
  return (
    <p role="alert" className={styles.invalid}>
      {invalid === null ? t('search.tooSlow') : t('search.invalid', { message: invalid })}
    </p>
  );
}
