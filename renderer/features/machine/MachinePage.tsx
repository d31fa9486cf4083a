import {
  Activity,
  Camera,
  ChartLine,
  Cpu,
  FileSearch,
  FolderOpen,
  HardDrive,
  History,
  Monitor,
  MonitorCog,
  ScrollText,
  ShieldHalf,
  SquareTerminal,
  Unplug,
} from 'lucide-react';
import { type ReactNode, Suspense } from 'react';
import { Link, useLocation } from 'wouter';
import { type Machine, type MachineId, splitId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useMachine } from '../../stores/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import { lazyPage } from '../shell/lazy-page.ts';
import { NotFound } from '../shell/NotFound.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { MachineHeader } from './MachineHeader.tsx';
import styles from './MachinePage.module.css';
import { tabsOf } from './machine-tabs.ts';
import { type MachineTab, machineUrl, parseMachineUrl } from './machine-url.ts';

const OverviewTab = lazyPage(() => import('./graphs/OverviewTab.tsx').then((module) => module.OverviewTab));
const TerminalTab = lazyPage(() => import('./terminal/TerminalTab.tsx').then((module) => module.TerminalTab));
const ScreenTab = lazyPage(() => import('../vm-screen/ScreenTab.tsx').then((module) => module.ScreenTab));
const GuestTab = lazyPage(() => import('../guest/GuestTab.tsx').then((module) => module.GuestTab));
const HardwareTab = lazyPage(() => import('../vm-hardware/HardwareTab.tsx').then((module) => module.HardwareTab));
const IsolationTab = lazyPage(() => import('./isolation/IsolationTab.tsx').then((module) => module.IsolationTab));
const FilesTab = lazyPage(() => import('../files/FilesTab.tsx').then((module) => module.FilesTab));
const LogPanel = lazyPage(() => import('../logs/LogPanel.tsx').then((module) => module.LogPanel));
const ProcessesTab = lazyPage(() => import('./processes/ProcessesTab.tsx').then((module) => module.ProcessesTab));
const SnapshotsTab = lazyPage(() => import('../snapshots/SnapshotsTab.tsx').then((module) => module.SnapshotsTab));
const DisksTab = lazyPage(() => import('../vm-disks/DisksTab.tsx').then((module) => module.DisksTab));
const EventsTab = lazyPage(() => import('./events/EventsTab.tsx').then((module) => module.EventsTab));
const InspectTab = lazyPage(() => import('./inspect/InspectTab.tsx').then((module) => module.InspectTab));

const ICONS: Record<MachineTab, ReactNode> = {
  overview: <ChartLine />,
  screen: <Monitor />,
  terminal: <SquareTerminal />,
  logs: <ScrollText />,
  processes: <Activity />,
  hardware: <Cpu />,
  guest: <MonitorCog />,
  files: <FolderOpen />,
  disks: <HardDrive />,
  isolation: <ShieldHalf />,
  snapshots: <Camera />,
  events: <History />,
  inspect: <FileSearch />,
};

/** `/machines/<engine>/<id>/<tab>`: everything about one machine. */
export function MachinePage() {
  const [path] = useLocation();
  const place = parseMachineUrl(path);
  return place === null ? <NotFound /> : <KnownMachine key={place.id} {...place} />;
}

function KnownMachine({ id, tab }: { id: MachineId; tab: MachineTab }) {
  const { t } = useI18n();
  const [, navigate] = useLocation();
  const machine = useMachine(id);
  const twin = useTwin(machine);
  const ready = useInventory((inventory) => inventory.ready);
  const engine = useInventory((inventory) => inventory.engines.get(splitId(id).engineId));
  if (machine === undefined) return ready ? <Gone id={id} /> : <PageSkeleton />;
  const tabs = tabsOf(machine, engine);
  const shown = tabs.includes(tab) ? tab : 'overview';
  return (
    <div className={styles.page}>
      <MachineHeader machine={machine} twin={twin} />
      <div className={styles.tabs}>
        <Tabs
          label={t('machine.tabs', { name: machine.name })}
          value={shown}
          tabs={tabs.map((value) => ({ value, label: t(`machine.tab.${value}`), icon: ICONS[value] }))}
          onValueChange={(next) => navigate(machineUrl(id, next))}
        >
          <Suspense>
            {shown === 'overview' && <OverviewTab machine={machine} twin={twin} />}
            {shown === 'screen' && <ScreenTab machine={machine} />}
            {shown === 'terminal' && <TerminalTab machine={machine} twin={twin} />}
            {shown === 'logs' && <LogPanel ids={[machine.id]} label={t('logs.label', { name: machine.name })} />}
            {shown === 'processes' && <ProcessesTab machine={machine} />}
            {shown === 'snapshots' && <SnapshotsTab machine={machine} />}
            {shown === 'events' && <EventsTab machine={machine} />}
            {shown === 'hardware' && <HardwareTab machine={machine} />}
            {shown === 'guest' && <GuestTab machine={machine} />}
            {shown === 'files' && <FilesTab machine={machine} />}
            {shown === 'disks' && <DisksTab machine={machine} />}
            {shown === 'isolation' && <IsolationTab machine={machine} />}
            {shown === 'inspect' && <InspectTab machine={machine} />}
          </Suspense>
        </Tabs>
      </div>
    </div>
  );
}

/** The other half of a pair that was started from one image. */
function useTwin(machine: Machine | undefined): Machine | undefined {
  return useInventory(({ machines }) =>
    machine?.twinId == null
      ? undefined
      : [...machines.values()].find((other) => other.twinId === machine.twinId && other.id !== machine.id),
  );
}

function Gone({ id }: { id: MachineId }) {
  const { t } = useI18n();
  const engine = useInventory((inventory) => inventory.engines.get(splitId(id).engineId));
  const isAway = engine !== undefined && engine.health.status !== 'healthy';
  return (
    <EmptyState
      icon={<Unplug />}
      title={t('machine.gone')}
      action={<Link href={engine === undefined ? '/' : engine.machineKind === 'vm' ? '/vms' : '/containers'}>{t('machine.back')}</Link>}
    >
      {isAway ? t('machine.goneEngine', { engine: engine.name }) : t('machine.goneText')}
    </EmptyState>
  );
}
