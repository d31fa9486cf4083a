import { Boxes } from 'lucide-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import { type Machine, type MachineKind, machineSubject, splitId, stackOf } from '../../../backend/contract/index.ts';
import { MISSING, useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import type { Column } from '../../ui/Table.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import { stackUrl } from '../stacks/stack-url.ts';
import { Thumbnail } from '../vm-screen/Thumbnail.tsx';
import { RowActions } from './actions.tsx';
import styles from './MachinesPage.module.css';
import { CpuNumber, MachineSparkline, MemoryNumber, Uptime } from './numbers.tsx';
import { AddressAndPorts } from './Ports.tsx';
import { StateLabel } from './StateLabel.tsx';
import { niceTop, sharedTop } from './scale.ts';

/** Stable until the language or the number of engines changes, so that rows are not drawn again for nothing. */
export function useMachineColumns(kind: MachineKind): Column<Machine>[] {
  const { t, format } = useI18n();
  const { inventory, metrics } = useStores();
  const manyEngines = useInventory((state) => [...state.engines.values()].filter((engine) => engine.machineKind === kind).length > 1);
  return useMemo(() => {
    const top = sharedTop(metrics.version, () => {
      const machines = [...inventory.getState().machines.values()].filter((machine) => machine.kind === kind);
      const subjects = machines.map((machine) => machineSubject(machine.id));
      return niceTop(metrics.window.highest(subjects, 'cpuCores'), 0.1);
    });
    const columns: (Column<Machine> | false)[] = [
      {
        id: 'name',
        header: t('column.name'),
        track: kind === 'vm' ? 'minmax(164px, 3fr)' : 'minmax(118px, 2fr)',
        sortable: true,
        cell: (machine) => (
          <span className={styles.named}>
            <Thumbnail machine={machine} size="row" />
            <Link className={styles.name} href={machineUrl(machine.id)}>
              {machine.name}
            </Link>
            <StackSign machine={machine} />
          </span>
        ),
      },
      {
        id: 'state',
        header: t('column.state'),
        track: 'minmax(130px, 1fr)',
        sortable: true,
        cell: (machine) => <StateLabel machine={machine} />,
      },
      {
        id: 'image',
        header: t('column.image'),
        track: kind === 'vm' ? 'minmax(100px, 2fr)' : 'minmax(102px, 3fr)',
        sortable: true,
        cell: (machine) => <span title={machine.image?.name}>{machine.image?.name ?? MISSING}</span>,
      },
      manyEngines && {
        id: 'engine',
        header: t('column.engine'),
        track: 'minmax(70px, 1fr)',
        sortable: true,
        cell: (machine) => <EngineName machine={machine} />,
      },
      {
        id: 'cpu',
        header: t('column.cpu'),
        track: '76px',
        align: 'end',
        sortable: true,
        cell: (machine) => <CpuNumber machine={machine} />,
      },
      {
        id: 'memory',
        header: t('column.memory'),
        track: '80px',
        align: 'end',
        sortable: true,
        cell: (machine) => <MemoryNumber machine={machine} />,
      },
      {
        id: 'graph',
        header: t('column.graph'),
        track: 'minmax(78px, 120px)',
        cell: (machine) => <MachineSparkline machine={machine} metric="cpuCores" top={top} />,
      },
      kind === 'container' && {
        id: 'stack',
        header: t('column.stack'),
        track: 'minmax(90px, 1fr)',
        sortable: true,
        cell: (machine) => stackOf(machine.labels) ?? MISSING,
      },
      kind === 'container' && {
        id: 'health',
        header: t('column.health'),
        track: 'minmax(84px, 1fr)',
        sortable: true,
        cell: (machine) => (machine.health === null ? MISSING : t(`check.${machine.health}`)),
      },
      kind === 'container' && {
        id: 'restart',
        header: t('column.restart'),
        track: 'minmax(120px, 1fr)',
        sortable: true,
        cell: (machine) => (machine.restartPolicy === null ? MISSING : t(`restart.${machine.restartPolicy.name}`)),
      },
      kind === 'container' && {
        id: 'networks',
        header: t('column.networks'),
        track: 'minmax(96px, 1fr)',
        cell: (machine) => machine.networks.map(({ network }) => network).join(', '),
      },
      {
        id: 'created',
        header: t('column.created'),
        track: 'minmax(148px, 1fr)',
        align: 'end',
        sortable: true,
        cell: (machine) => format.dateTime(machine.createdAtMs),
      },
      {
        id: 'id',
        header: t('column.id'),
        track: 'minmax(104px, 1fr)',
        cell: (machine) => <code title={machine.id}>{splitId(machine.id).nativeId.slice(0, 12)}</code>,
      },
      { id: 'ports', header: t('column.ports'), track: 'minmax(92px, 1fr)', cell: (machine) => <AddressAndPorts machine={machine} /> },
      {
        id: 'uptime',
        header: t('column.uptime'),
        track: '84px',
        align: 'end',
        sortable: true,
        cell: (machine) => <Uptime machine={machine} />,
      },
      {
        id: 'start',
        header: t('column.start'),
        track: '66px',
        align: 'end',
        sortable: true,
        cell: (machine) => format.timing(machine.startTiming?.runningMs),
      },
      {
        id: 'actions',
        header: t('column.actions'),
        headerHidden: true,
        track: '68px',
        align: 'end',
        cell: (machine) => <RowActions machine={machine} />,
      },
    ];
    return columns.filter((column) => column !== false);
  }, [t, format, inventory, metrics, kind, manyEngines]);
}

function EngineName({ machine }: { machine: Machine }) {
  const name = useInventory((state) => state.engines.get(machine.engineId)?.name ?? machine.engineId);
  return <span title={name}>{name}</span>;
}

/** To the stack that it belongs to: its name is on the sign, for there is no room beside that of the container. */
function StackSign({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  const stack = stackOf(machine.labels);
  if (stack === null) return null;
  const label = t('stacks.ofName', { name: stack });
  return (
    <Link
      className={styles.stack}
      href={stackUrl({ engineId: machine.engineId, name: stack })}
      aria-label={`${label}: ${machine.name}`}
      title={label}
    >
      <Boxes size={13} />
    </Link>
  );
}
