import { CaseSensitive, ChevronDown, ChevronUp, Regex, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import type { LiveTerminal } from './live-terminal.ts';
import styles from './SearchBar.module.css';

/** Searches the screen and what has scrolled off it. */
export function SearchBar({ live, onClose }: { live: LiveTerminal; onClose: () => void }) {
  const { t } = useI18n();
  const { matches } = useSyncExternalStore(live.subscribe, () => live.view);
  const [text, setText] = useState('');
  const [caseSensitive, setCaseSensitive] = useState(false);
  const [regex, setRegex] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const invalid = regex ? regexProblem(text) : null;

  useEffect(() => field.current?.focus(), []);
  useEffect(() => {
    if (invalid !== null) return;
    if (text === '') live.endSearch();
    else live.find(text, { caseSensitive, regex, incremental: true });
  }, [live, text, caseSensitive, regex, invalid]);

  const step = (back: boolean) => {
    if (text !== '' && invalid === null) live.find(text, { caseSensitive, regex, back });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter') step(event.shiftKey);
    else if (event.key === 'Escape') onClose();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const position =
    matches.count === 0 ? t('search.none') : t('search.position', { index: String(matches.index + 1), total: String(matches.count) });
  return (
    // biome-ignore lint/a11y/useSemanticElements: <search> is not known to every browser that we run in.
    <div role="search" className={styles.bar}>
      <TextField
        ref={field}
        label={t('terminal.search')}
        placeholder={t('terminal.search')}
        value={text}
        aria-invalid={invalid !== null}
        title={invalid === null ? undefined : t('search.invalid', { message: invalid })}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span className={styles.count} role="status">
        {text === '' ? '' : invalid === null ? position : t('search.none')}
      </span>
      <IconButton
        label={t('search.caseSensitive')}
        size="small"
        aria-pressed={caseSensitive}
        onClick={() => setCaseSensitive(!caseSensitive)}
      >
        <CaseSensitive />
      </IconButton>
      <IconButton label={t('search.regex')} size="small" aria-pressed={regex} onClick={() => setRegex(!regex)}>
        <Regex />
      </IconButton>
      <IconButton label={t('search.previous')} shortcut="Shift+Enter" size="small" onClick={() => step(true)}>
        <ChevronUp />
      </IconButton>
      <IconButton label={t('search.next')} shortcut="Enter" size="small" onClick={() => step(false)}>
        <ChevronDown />
      </IconButton>
      <IconButton label={t('search.close')} shortcut="Esc" size="small" onClick={onClose}>
        <X />
      </IconButton>
    </div>
  );
}

function regexProblem(text: string): string | null {
  try {
    new RegExp(text);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
