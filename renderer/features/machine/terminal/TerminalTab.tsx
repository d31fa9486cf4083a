import { Cable, Columns2, PanelBottom, Plug, Plus, Scaling, SquareTerminal } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { Machine, TerminalId, TerminalKind, TerminalSession } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { Button } from '../../../ui/Button.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import { StartButton } from '../../machines/StartButton.tsx';
import { dock, undock } from '../../terminal-dock/dock-state.ts';
import { SessionTabs } from '../../terminal-dock/SessionTabs.tsx';
import { sessionName, sessionsOf, terminalLabel } from '../../terminal-dock/session-names.ts';
import { TerminalOptions } from '../../terminal-dock/TerminalOptions.tsx';
import { TerminalPane } from '../../terminal-dock/TerminalPane.tsx';
import { useTerminals, useTerminalsState } from '../../terminal-dock/TerminalsProvider.tsx';
import { useBothHulls } from '../../terminal-dock/use-both-hulls.ts';
import tab from '../tab.module.css';

const ICONS: Record<TerminalKind, typeof SquareTerminal> = {
  shell: SquareTerminal,
  attach: Plug,
  console: SquareTerminal,
  serial2: Cable,
  serial3: Cable,
  serial4: Cable,
};

export function TerminalTab({ machine, twin }: { machine: Machine; twin: Machine | undefined }) {
  const { t } = useI18n();
  const terminals = useTerminals();
  const known = useTerminalsState((state) => state.sessions !== null);
  const sessions = useTerminalsState((state) => sessionsOf(state.sessions?.values() ?? [], machine.id));
  const docked = useTerminalsState((state) => state.dock.docked);
  const [chosen, setChosen] = useState<TerminalId | null>(null);
  const [searching, setSearching] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const openBothHulls = useBothHulls();
  const current = sessions.find((session) => session.id === chosen) ?? sessions.findLast((session) => !session.ended) ?? sessions.at(-1);
  const canOpen = machine.terminals.length > 0;
  // What is looked at stays when it ends, however many others go on.
  useEffect(() => setChosen((before) => before ?? current?.id ?? null), [current?.id]);

  const open = async (kind: TerminalKind) => {
    const session = await terminals.open(machine.id, kind);
    if (session !== null) setChosen(session.id);
  };
  const replace = async (ended: TerminalSession) => setChosen((await terminals.replace(ended))?.id ?? ended.id);
  useFirstTerminal({ machine, isWanted: known && sessions.length === 0, open });

  const isDocked = current !== undefined && docked.includes(current.id);
  return (
    <div ref={root} className={tab.tab}>
      <div className={tab.bar}>
        <SessionTabs
          label={t('terminal.sessions', { name: machine.name })}
          tabs={sessions.map((session) => ({
            id: session.id,
            name: sessionName(t, session, sessions),
            icon: docked.includes(session.id) ? PanelBottom : ICONS[session.kind],
            tone: machine.kind,
            ended: session.ended,
          }))}
          shown={[current?.id ?? null]}
          onShow={setChosen}
          onClose={(id) => void terminals.close(id)}
        />
        <NewTerminals machine={machine} onOpen={(kind) => void open(kind)} />
        <span className={tab.tools}>
          {twin !== undefined && canOpen && (
            <Button size="small" variant="quiet" icon={<Columns2 />} onClick={() => void openBothHulls(machine, twin)}>
              {t(`terminal.bothHulls.${twin.kind}`)}
            </Button>
          )}
          {machine.vm?.guest === 'system' && current !== undefined && !isDocked && !current.ended && (
            <IconButton label={t('terminal.tellSize')} onClick={() => terminals.typeSize(current.id)}>
              <Scaling />
            </IconButton>
          )}
          <TerminalOptions onSearch={current === undefined || isDocked ? null : () => setSearching(true)} />
          {current !== undefined && !isDocked && (
            <IconButton label={t('terminal.dock')} onClick={() => terminals.setDock((state) => dock(state, current.id))}>
              <PanelBottom />
            </IconButton>
          )}
        </span>
      </div>
      {current === undefined && <NoTerminal machine={machine} onOpen={(kind) => void open(kind)} />}
      {isDocked && (
        <EmptyState
          icon={<PanelBottom />}
          title={t('terminal.docked')}
          action={
            <Button variant="primary" onClick={() => terminals.setDock((state) => undock(state, current.id))}>
              {t('terminal.bringHere')}
            </Button>
          }
        >
          {t('terminal.dockedText')}
        </EmptyState>
      )}
      {current !== undefined && !isDocked && (
        <TerminalPane
          key={current.id}
          id={current.id}
          label={terminalLabel(t, current, machine.name)}
          searching={searching}
          onSearchingChange={setSearching}
          onLeave={() => root.current?.querySelector<HTMLElement>('[role="tab"][tabindex="0"]')?.focus()}
          blankText={machine.vm?.guest === 'system' ? t('terminal.silent') : null}
          onOpenNew={machine.terminals.includes(current.kind) ? () => void replace(current) : undefined}
          takeFocus
        />
      )}
    </div>
  );
}

/** Whoever opens this tab wants a terminal: the first one opens by itself, once. */
function useFirstTerminal(first: { machine: Machine; isWanted: boolean; open: (kind: TerminalKind) => Promise<void> }): void {
  const opened = useRef(false);
  const { machine, isWanted, open } = first;
  const kind = machine.terminals.find((one) => one !== 'attach');
  useEffect(() => {
    if (!isWanted || opened.current || kind === undefined || machine.state !== 'running') return;
    opened.current = true;
    void open(kind);
  });
}

function NewTerminals({ machine, onOpen }: { machine: Machine; onOpen: (kind: TerminalKind) => void }) {
  const { t } = useI18n();
  return (
    <>
      {machine.terminals.includes('shell') && (
        <IconButton label={t('terminal.newShell')} onClick={() => onOpen('shell')}>
          <Plus />
        </IconButton>
      )}
      {machine.terminals.includes('attach') && (
        <IconButton label={t('terminal.attach')} onClick={() => onOpen('attach')}>
          <Plug />
        </IconButton>
      )}
      {machine.vm?.guest === 'system' &&
        machine.terminals.map((kind) => (
          <IconButton key={kind} label={t('terminal.openSerial', { port: t(`terminal.kind.${kind}`) })} onClick={() => onOpen(kind)}>
            <Cable />
          </IconButton>
        ))}
    </>
  );
}

function NoTerminal({ machine, onOpen }: { machine: Machine; onOpen: (kind: TerminalKind) => void }) {
  const { t } = useI18n();
  const first = machine.terminals[0];
  if (first === undefined) {
    return (
      <EmptyState
        icon={<SquareTerminal />}
        title={t('terminal.notRunning', { name: machine.name })}
        action={<StartButton machine={machine} />}
      >
        {t('terminal.notRunningText')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<SquareTerminal />}
      title={t('terminal.none')}
      action={
        <Button variant="primary" onClick={() => onOpen(first)}>
          {first === 'shell' ? t('terminal.newShell') : first === 'attach' ? t('terminal.attach') : t('terminal.console')}
        </Button>
      }
    >
      {t(machine.kind === 'vm' ? 'terminal.noneTextVm' : 'terminal.noneText')}
    </EmptyState>
  );
}
