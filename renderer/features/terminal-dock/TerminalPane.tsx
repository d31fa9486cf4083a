import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { type Settings, settings as settingsSchema, type TerminalId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { LiveTerminal } from './live-terminal.ts';
import { SearchBar } from './SearchBar.tsx';
import styles from './TerminalPane.module.css';
import { useTerminals } from './TerminalsProvider.tsx';

const DEFAULTS = settingsSchema.parse({});

export interface TerminalPaneProps {
  id: TerminalId;
  /** Its accessible name. */
  label: string;
  searching: boolean;
  onSearchingChange: (searching: boolean) => void;
  /** Where the keyboard goes when it leaves the terminal. */
  onLeave: () => void;
  /** Opens another one in place of one that has ended; absent when that is not possible. */
  onOpenNew?: (() => void) | undefined;
  /** Said while nothing stands on it; null where that needs no words. */
  blankText?: string | null;
  /** Types go to it at once, unless the keyboard is on its way somewhere else. */
  takeFocus?: boolean;
}

/** A place that shows a session. The terminal itself lives outside React and only stands here. */
export function TerminalPane(props: TerminalPaneProps) {
  const { id, label, takeFocus = false } = props;
  const stores = useStores();
  const terminals = useTerminals();
  const host = useRef<HTMLDivElement>(null);
  const [live, setLive] = useState<LiveTerminal | null>(null);
  const latest = useRef(props);
  latest.current = props;

  useEffect(() => {
    const place = host.current;
    if (place === null) return;
    const preferences = stores.settings.getState().settings ?? DEFAULTS;
    const shown = terminals.live(id, () => new LiveTerminal({ id, connection: stores.connection, label, preferences }));
    shown.show(place, {
      search: () => latest.current.onSearchingChange(true),
      leave: () => latest.current.onLeave(),
      changeFontSize: (change) => {
        const now = stores.settings.getState().settings ?? DEFAULTS;
        void stores.commands.updateSettings({ terminalFontSizePx: nextFontSize(now, change) });
      },
    });
    setLive(shown);
    // Arrow keys walk along tabs and show each: that must not catch the keyboard.
    if (takeFocus && !document.activeElement?.matches('[role="tab"]:focus-visible')) shown.focus();
    return () => {
      shown.hide(place);
      terminals.released(id);
    };
  }, [id, label, stores, terminals, takeFocus]);

  return (
    <div className={styles.pane}>
      {live !== null && <PaneNotes live={live} onOpenNew={props.onOpenNew} blankText={props.blankText ?? null} />}
      {live !== null && props.searching && (
        <SearchBar
          live={live}
          onClose={() => {
            live.endSearch();
            props.onSearchingChange(false);
            live.focus();
          }}
        />
      )}
      <div ref={host} className={styles.host} />
    </div>
  );
}

export function nextFontSize(settings: Pick<Settings, 'terminalFontSizePx'>, change: 'larger' | 'smaller' | 'normalSize'): number {
  if (change === 'normalSize') return DEFAULTS.terminalFontSizePx;
  const next = settings.terminalFontSizePx + (change === 'larger' ? 1 : -1);
  return Math.min(32, Math.max(8, next));
}

function PaneNotes({ live, onOpenNew, blankText }: { live: LiveTerminal; onOpenNew: (() => void) | undefined; blankText: string | null }) {
  const { t } = useI18n();
  const view = useSyncExternalStore(live.subscribe, () => live.view);
  if (view.status === 'lost') {
    return (
      <p className={styles.note} role="status">
        {t('terminal.lost')}
      </p>
    );
  }
  if (view.status === 'ended') {
    return (
      <p className={styles.note} role="status">
        {view.exitCode === null ? t('terminal.ended') : t('terminal.endedWith', { exitCode: view.exitCode })}
        {onOpenNew !== undefined && (
          <Button size="small" onClick={onOpenNew}>
            {t('terminal.openNew')}
          </Button>
        )}
      </p>
    );
  }
  if (view.blank && blankText !== null) {
    return (
      <p className={styles.note} role="status">
        {blankText}
      </p>
    );
  }
  if (view.foreignSize === null) return null;
  return (
    <p className={styles.note} role="status">
      {t('terminal.foreignSize', view.foreignSize)}
      <Button size="small" onClick={() => live.takeSize()}>
        {t('terminal.takeSize')}
      </Button>
    </p>
  );
}
