import {
  Boxes,
  Container,
  HardDrive,
  Layers,
  ListChecks,
  Network,
  PanelLeftClose,
  PanelLeftOpen,
  Search,
  Server,
  Settings,
  Ship,
} from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import type { MachineKind } from '../../../backend/contract/index.ts';
import { type MessageKey, useI18n } from '../../i18n/index.ts';
import { useInventory, useStores, useTasks, useUi } from '../../stores/index.ts';
import { classNames } from '../../ui/class-names.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Kbd } from '../../ui/Kbd.tsx';
import { KindIcon } from '../../ui/KindIcon.tsx';
import { Logo } from '../../ui/Logo.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { useEngineHealth } from './engine-health.ts';
import { modifierKey } from './modifier-key.ts';
import styles from './Rail.module.css';

export function Rail() {
  const { t, format } = useI18n();
  const { ui } = useStores();
  const collapsed = useUi((state) => state.railCollapsed);
  const hasPods = useInventory((inventory) => [...inventory.engines.values()].some(({ facets }) => facets.includes('pods')));
  const toggle = () => ui.setState({ railCollapsed: !collapsed });
  return (
    <aside className={classNames(styles.rail, collapsed && styles.collapsed)}>
      <Link href="/" className={styles.brand} aria-label={t('app.name')}>
        <Logo size={26} />
        <span className={styles.label}>{t('app.name')}</span>
      </Link>
      <RailItem icon={<Search />} label={t('nav.search')} collapsed={collapsed} onClick={() => ui.setState({ paletteOpen: true })}>
        <Kbd>{modifierKey()}K</Kbd>
      </RailItem>
      <nav aria-label={t('nav.label')} className={styles.nav}>
        <RailItem icon={<Ship />} label={t('nav.overview')} collapsed={collapsed} href="/" />
        <RailItem icon={<KindIcon kind="container" />} label={t('kind.containers')} collapsed={collapsed} href="/containers">
          <RunningCount kind="container" />
        </RailItem>
        <RailItem icon={<KindIcon kind="vm" />} label={t('kind.vms')} collapsed={collapsed} href="/vms">
          <RunningCount kind="vm" />
        </RailItem>
        <RailItem icon={<Layers />} label={t('nav.images')} collapsed={collapsed} href="/images">
          <span className={styles.count}>{format.integer(useInventory((inventory) => inventory.images.size))}</span>
        </RailItem>
        <RailItem icon={<Boxes />} label={t('nav.stacks')} collapsed={collapsed} href="/stacks" />
        {hasPods && <RailItem icon={<Container />} label={t('nav.pods')} collapsed={collapsed} href="/pods" />}
        <RailItem icon={<HardDrive />} label={t('nav.volumes')} collapsed={collapsed} href="/volumes">
          <span className={styles.count}>{format.integer(useInventory((inventory) => inventory.volumes.size))}</span>
        </RailItem>
        <RailItem icon={<Network />} label={t('nav.networks')} collapsed={collapsed} href="/networks" />
        <RailItem icon={<Server />} label={t('nav.hosts')} collapsed={collapsed} href="/hosts" />
      </nav>
      <div className={styles.foot}>
        <HealthItem collapsed={collapsed} />
        <TasksItem collapsed={collapsed} />
        <RailItem icon={<Settings />} label={t('nav.settings')} collapsed={collapsed} href="/settings" />
        <IconButton
          className={styles.fold}
          label={collapsed ? t('nav.expand') : t('nav.collapse')}
          aria-expanded={!collapsed}
          onClick={toggle}
        >
          {collapsed ? <PanelLeftOpen /> : <PanelLeftClose />}
        </IconButton>
      </div>
    </aside>
  );
}

interface RailItemProps {
  icon: ReactNode;
  label: string;
  collapsed: boolean;
  href?: string;
  onClick?: () => void;
  /** A second way to a page that has an item of its own: never marked as the current one. */
  secondary?: boolean;
  children?: ReactNode;
}

function RailItem({ icon, label, collapsed, href, onClick, secondary = false, children }: RailItemProps) {
  const [location] = useLocation();
  const current = !secondary && href !== undefined && (href === '/' ? location === '/' : location.startsWith(href));
  const content = (
    <>
      {icon}
      <span className={styles.label}>{label}</span>
      {children !== undefined && <span className={styles.aside}>{children}</span>}
    </>
  );
  const item =
    href === undefined ? (
      <button type="button" className={styles.item} onClick={onClick} aria-label={label}>
        {content}
      </button>
    ) : (
      <Link href={href} className={styles.item} aria-label={label} aria-current={current ? 'page' : undefined}>
        {content}
      </Link>
    );
  return collapsed ? <Tooltip content={label}>{item}</Tooltip> : item;
}

function RunningCount({ kind }: { kind: MachineKind }) {
  const { format } = useI18n();
  const running = useInventory((inventory) => {
    let count = 0;
    for (const machine of inventory.machines.values()) if (machine.kind === kind && machine.state === 'running') count++;
    return count;
  });
  return <span className={styles.count}>{format.integer(running)}</span>;
}

const HEALTH_WORDS = { well: 'health.allWell', connecting: 'health.connecting', none: 'health.none' } as const satisfies Record<
  string,
  MessageKey
>;

function HealthItem({ collapsed }: { collapsed: boolean }) {
  const { t } = useI18n();
  const health = useEngineHealth();
  const label = health.status === 'trouble' ? t('health.trouble', { count: health.count }) : t(HEALTH_WORDS[health.status]);
  const dot = { well: 'running', connecting: 'starting', none: 'stopped', trouble: 'failed' } as const;
  return <RailItem icon={<HealthIcon state={dot[health.status]} />} label={label} collapsed={collapsed} href="/hosts" secondary />;
}

function HealthIcon({ state }: { state: 'running' | 'starting' | 'stopped' | 'failed' }) {
  return (
    <span className={styles.dot}>
      <StateDot state={state} />
    </span>
  );
}

function TasksItem({ collapsed }: { collapsed: boolean }) {
  const { t } = useI18n();
  const { ui } = useStores();
  const running = useTasks().filter((task) => task.state === 'running');
  const known = running.flatMap((task) => (task.progress === null ? [] : [task.progress]));
  const progress = known.length === 0 ? null : known.reduce((sum, one) => sum + one, 0) / known.length;
  const label = running.length === 0 ? t('nav.tasks') : t('tasks.running', { count: running.length });
  return (
    <>
      <RailItem
        icon={<ListChecks />}
        label={label}
        collapsed={collapsed}
        onClick={() => ui.setState(({ tasksOpen }) => ({ tasksOpen: !tasksOpen }))}
      />
      {running.length > 0 && (
        <div className={styles.progress}>
          <Progress value={progress} label={label} />
        </div>
      )}
    </>
  );
}
