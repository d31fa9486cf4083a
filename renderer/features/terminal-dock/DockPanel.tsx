import { ChevronDown, ChevronUp, Columns2, PanelBottomClose, Square } from 'lucide-react';
import { type CSSProperties, useRef, useState } from 'react';
import type { TerminalId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { classNames } from '../../ui/class-names.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { KindIcon } from '../../ui/KindIcon.tsx';
import styles from './DockPanel.module.css';
import { moveDivider, resizeDock, show, split, undock, unsplit } from './dock-state.ts';
import { ResizeHandle } from './ResizeHandle.tsx';
import { SessionTabs } from './SessionTabs.tsx';
import { sessionName, sessionsOf, terminalLabel } from './session-names.ts';
import { TerminalOptions } from './TerminalOptions.tsx';
import { TerminalPane } from './TerminalPane.tsx';
import { useTerminals, useTerminalsState } from './TerminalsProvider.tsx';

const KIND_ICONS = { container: () => <KindIcon kind="container" size={14} />, vm: () => <KindIcon kind="vm" size={14} /> };

/** The docked terminals: tabs, and one of them or two side by side. */
export function DockPanel() {
  const { t } = useI18n();
  const terminals = useTerminals();
  const dock = useTerminalsState((state) => state.dock);
  const sessions = useTerminalsState((state) => state.sessions);
  const machines = useInventory((inventory) => inventory.machines);
  const [searching, setSearching] = useState<TerminalId | null>(null);
  const panel = useRef<HTMLElement>(null);

  const tabs = dock.docked.flatMap((id) => {
    const session = sessions?.get(id);
    if (session === undefined) return [];
    const machine = machines.get(session.machineId);
    const name = sessionName(t, session, sessionsOf(sessions?.values() ?? [], session.machineId));
    const of = machine?.name ?? t('dock.gone');
    const tone = machine?.kind ?? 'container';
    const renew = machine?.terminals.includes(session.kind) ? () => void terminals.replace(session) : undefined;
    return [{ id, name, of, tone, icon: KIND_ICONS[tone], ended: session.ended, label: terminalLabel(t, session, of), renew }];
  });
  const { left, right } = dock;
  const isSplit = right !== null;
  const other = partnerOf(left, tabs);
  const shown = [left, right].flatMap((id) => tabs.find((tab) => tab.id === id) ?? []);

  return (
    <section ref={panel} className={styles.dock} aria-label={t('dock.label')} style={dock.open ? { height: dock.heightPx } : undefined}>
      {dock.open && (
        <ResizeHandle
          label={t('dock.resize')}
          orientation="horizontal"
          value={dock.heightPx}
          step={20}
          fromPointer={({ clientY }) => (panel.current?.getBoundingClientRect().bottom ?? 0) - clientY}
          onResize={(height) => terminals.setDock((state) => resizeDock(state, height, innerHeight))}
        />
      )}
      <div className={styles.bar}>
        <SessionTabs
          label={t('dock.tabs')}
          tabs={tabs}
          shown={dock.open ? [left, right] : []}
          onShow={(id) => terminals.setDock((state) => show(state, id))}
          onClose={(id) => void terminals.close(id)}
        />
        <span className={styles.tools}>
          {dock.open && <TerminalOptions onSearch={left === null ? null : () => setSearching(left)} />}
          {isSplit ? (
            <IconButton label={t('dock.oneOnly')} onClick={() => terminals.setDock(unsplit)}>
              <Square />
            </IconButton>
          ) : (
            other !== null &&
            left !== null && (
              <IconButton
                label={t('dock.sideBySide')}
                onClick={() => terminals.setDock((state) => split(state, [left, other], terminals.machineKindOf))}
              >
                <Columns2 />
              </IconButton>
            )
          )}
          {left !== null && !isSplit && (
            <IconButton label={t('terminal.undock')} onClick={() => terminals.setDock((state) => undock(state, left))}>
              <PanelBottomClose />
            </IconButton>
          )}
          <IconButton
            label={t(dock.open ? 'dock.collapse' : 'dock.expand')}
            aria-expanded={dock.open}
            onClick={() => terminals.setDock((state) => ({ ...state, open: !state.open }))}
          >
            {dock.open ? <ChevronDown /> : <ChevronUp />}
          </IconButton>
        </span>
      </div>
      {dock.open && (
        <div className={styles.hulls} style={{ '--left-share': dock.leftShare } as CSSProperties}>
          {shown.map((tab, index) => (
            <div key={tab.id} className={classNames(styles.hull, isSplit && styles[tab.tone])} data-side={index === 0 ? 'left' : 'right'}>
              <TerminalPane
                id={tab.id}
                label={tab.label}
                searching={searching === tab.id}
                onSearchingChange={(on) => setSearching(on ? tab.id : null)}
                onOpenNew={tab.renew}
                onLeave={() => panel.current?.querySelector<HTMLElement>('[role="tab"][tabindex="0"]')?.focus()}
              />
            </div>
          ))}
          {isSplit && (
            <ResizeHandle
              label={t('dock.divider')}
              orientation="vertical"
              value={dock.leftShare}
              step={0.05}
              fromPointer={({ clientX }) => {
                const box = panel.current?.getBoundingClientRect();
                return box === undefined ? 0.5 : (clientX - box.left) / box.width;
              }}
              onResize={(share) => terminals.setDock((state) => moveDivider(state, share))}
            />
          )}
        </div>
      )}
    </section>
  );
}

/** What to put beside the one that is shown: one of the other kind if there is one. */
function partnerOf(left: TerminalId | null, tabs: readonly { id: TerminalId; tone: string }[]): TerminalId | null {
  const tone = tabs.find((tab) => tab.id === left)?.tone;
  const others = tabs.filter((tab) => tab.id !== left);
  return (others.findLast((tab) => tab.tone !== tone) ?? others.at(-1))?.id ?? null;
}
