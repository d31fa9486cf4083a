import { X } from 'lucide-react';
import type { ComponentType, KeyboardEvent } from 'react';
import type { TerminalId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { classNames } from '../../ui/class-names.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import styles from './SessionTabs.module.css';

export interface SessionTab {
  id: TerminalId;
  name: string;
  /** Words before the name, faint: whose session it is. */
  of?: string;
  icon: ComponentType;
  tone: 'container' | 'vm';
  ended: boolean;
}

export interface SessionTabsProps {
  label: string;
  tabs: readonly SessionTab[];
  /** Which ones are on screen: one, or the two halves of a split. */
  shown: readonly (TerminalId | null)[];
  onShow: (id: TerminalId) => void;
  onClose: (id: TerminalId) => void;
}

/** Sessions as tabs that can be closed. Arrow keys walk, Delete closes. */
export function SessionTabs({ label, tabs, shown, onShow, onClose }: SessionTabsProps) {
  const { t } = useI18n();
  const onKeyDown = (event: KeyboardEvent<HTMLElement>, index: number) => {
    const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: tabs.length - 1 }[event.key];
    const tab = tabs[index];
    const next = to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length];
    if (next !== undefined) {
      onShow(next.id);
      const list = event.currentTarget.closest('[role="tablist"]');
      list?.querySelectorAll<HTMLElement>('[role="tab"]')[tabs.indexOf(next)]?.focus();
    } else if (event.key === 'Delete' && tab !== undefined) onClose(tab.id);
    else return;
    event.preventDefault();
  };
  const walked = tabs.findIndex((tab) => shown.includes(tab.id));
  return (
    <div role="tablist" aria-label={label} className={styles.list}>
      {tabs.map((tab, index) => (
        <span
          key={tab.id}
          role="presentation"
          className={classNames(styles.item, styles[tab.tone], shown.includes(tab.id) && styles.shown)}
        >
          <button
            type="button"
            role="tab"
            aria-selected={shown.includes(tab.id)}
            tabIndex={index === Math.max(0, walked) ? 0 : -1}
            className={styles.tab}
            data-ended={tab.ended}
            onClick={() => onShow(tab.id)}
            onAuxClick={(event) => event.button === 1 && onClose(tab.id)}
            onKeyDown={(event) => onKeyDown(event, index)}
          >
            <tab.icon />
            {tab.of !== undefined && <span>{tab.of}</span>}
            <span className={tab.of === undefined ? undefined : styles.faint}>{tab.name}</span>
          </button>
          <IconButton
            label={t('terminal.close', { session: tab.of === undefined ? tab.name : `${tab.of}, ${tab.name}` })}
            size="small"
            tabIndex={-1}
            onClick={() => onClose(tab.id)}
          >
            <X />
          </IconButton>
        </span>
      ))}
    </div>
  );
}
