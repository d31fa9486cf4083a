import { Ellipsis } from 'lucide-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Volume } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Menu } from '../../ui/Menu.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import { type VolumeSizes, type VolumeUsers, volumeUrl } from './list-volumes.ts';
import { useVolumeCommands } from './use-volume-commands.ts';
import type { VolumeQuestion } from './VolumeDialogs.tsx';
import styles from './volumes.module.css';

export function useVolumeColumns(of: {
  users: VolumeUsers;
  sizes: VolumeSizes | null;
  onAsk: (question: VolumeQuestion) => void;
}): Column<Volume>[] {
  const { users, sizes, onAsk } = of;
  const { t, format } = useI18n();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        track: 'minmax(200px, 3fr)',
        sortable: true,
        cell: (volume) => (
          <Link href={volumeUrl(volume.id)} className={styles.name} title={volume.name}>
            {volume.name}
          </Link>
        ),
      },
      { id: 'engine', header: t('column.engine'), track: 'minmax(90px, 1fr)', cell: (volume) => <EngineName volume={volume} /> },
      { id: 'driver', header: t('volumes.column.driver'), track: '90px', cell: (volume) => volume.driver },
      {
        id: 'size',
        header: t('column.size'),
        track: '96px',
        align: 'end',
        sortable: true,
        cell: (volume) => (
          <span title={sizes === null ? t('volumes.notMeasured') : t('volumes.measuredAt', { time: format.timeOfDay(sizes.atMs) })}>
            {format.bytes(sizes?.bytes.get(volume.id))}
          </span>
        ),
      },
      {
        id: 'created',
        header: t('column.created'),
        track: 'minmax(150px, 1fr)',
        align: 'end',
        sortable: true,
        cell: (volume) => format.dateTime(volume.createdAtMs),
      },
      { id: 'labels', header: t('volumes.labels'), track: 'minmax(90px, 1fr)', cell: (volume) => <Labels volume={volume} /> },
      { id: 'users', header: t('column.usedBy'), track: 'minmax(110px, 1fr)', cell: (volume) => <Users volume={volume} users={users} /> },
      {
        id: 'actions',
        header: t('column.actions'),
        headerHidden: true,
        track: '44px',
        align: 'end',
        cell: (volume) => <VolumeMenu volume={volume} onAsk={onAsk} />,
      },
    ],
    [t, format, users, sizes, onAsk],
  );
}

function EngineName({ volume }: { volume: Volume }) {
  const name = useInventory((state) => state.engines.get(volume.engineId)?.name ?? volume.engineId);
  return <span title={name}>{name}</span>;
}

function Labels({ volume }: { volume: Volume }) {
  const labels = Object.entries(volume.labels).map(([key, value]) => (value === '' ? key : `${key}=${value}`));
  return (
    <span className={styles.muted} title={labels.join('\n')}>
      {labels.join(', ')}
    </span>
  );
}

function Users({ volume, users }: { volume: Volume; users: VolumeUsers }) {
  const { t } = useI18n();
  const machines = users.get(volume.id) ?? [];
  const [one] = machines;
  if (one === undefined) return <span className={styles.muted}>{t('volumes.unused')}</span>;
  if (machines.length === 1) return <Link href={machineUrl(one.id)}>{one.name}</Link>;
  return (
    <Tooltip content={machines.map(({ name }) => name).join('\n')}>
      <span>{t('volumes.usedBy', { count: machines.length })}</span>
    </Tooltip>
  );
}

/** What can be done with one. */
export function VolumeMenu({ volume, onAsk }: { volume: Volume; onAsk: (question: VolumeQuestion) => void }) {
  const { t } = useI18n();
  const commands = useVolumeCommands();
  return (
    <Menu
      trigger={
        <IconButton size="small" label={t('volumes.more', { name: volume.name })}>
          <Ellipsis />
        </IconButton>
      }
      items={[
        { type: 'item', key: 'export', label: t('volumes.export'), onSelect: () => void commands.export(volume.id, false) },
        { type: 'item', key: 'gzip', label: t('volumes.exportGzip'), onSelect: () => void commands.export(volume.id, true) },
        { type: 'item', key: 'clone', label: t('volumes.clone'), onSelect: () => onAsk({ ask: 'clone', volume }) },
        { type: 'separator', key: 'line' },
        { type: 'item', key: 'empty', label: t('volumes.emptyAction'), tone: 'danger', onSelect: () => onAsk({ ask: 'empty', volume }) },
        {
          type: 'item',
          key: 'remove',
          label: t('action.remove'),
          tone: 'danger',
          onSelect: () => onAsk({ ask: 'remove', volumes: [volume] }),
        },
      ]}
    />
  );
}
