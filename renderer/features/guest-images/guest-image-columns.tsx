import { Disc3, HardDrive, Pause, Play, ShieldCheck, Trash2, X } from 'lucide-react';
import { useMemo } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import type { Column } from '../../ui/Table.tsx';
import actions from '../machines/actions.module.css';
import { GuestImageState } from './GuestImageState.tsx';
import styles from './guest-images.module.css';
import type { GuestImageRow } from './list-guest-images.ts';

export interface RowActions {
  onOpen: (row: GuestImageRow) => void;
  onRemove: (rows: readonly GuestImageRow[]) => void;
}

export function useGuestImageColumns({ onOpen, onRemove }: RowActions): Column<GuestImageRow>[] {
  const { t, format } = useI18n();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        track: 'minmax(184px, 3fr)',
        sortable: true,
        cell: (row) => (
          <span className={styles.names}>
            {row.image.kind === 'iso' ? <Disc3 size={14} aria-hidden="true" /> : <HardDrive size={14} aria-hidden="true" />}
            <button type="button" className={styles.name} title={row.image.name} onClick={() => onOpen(row)}>
              {row.image.name}
            </button>
          </span>
        ),
      },
      { id: 'state', header: t('guestImages.column.state'), track: 'minmax(160px, 1fr)', cell: (row) => <GuestImageState {...row} /> },
      {
        id: 'kind',
        header: t('guestImages.column.kind'),
        track: '64px',
        cell: ({ image }) => (image.kind === 'iso' ? 'ISO' : 'qcow2'),
      },
      {
        id: 'architecture',
        header: t('guestImages.column.architecture'),
        track: '92px',
        cell: ({ image }) => image.architecture ?? <span className={styles.muted}>{t('guestImages.unknown')}</span>,
      },
      {
        id: 'size',
        header: t('guestImages.column.size'),
        track: '92px',
        align: 'end',
        sortable: true,
        cell: ({ image }) => format.bytes(image.sizeBytes === 0 ? null : image.sizeBytes),
      },
      {
        id: 'virtual',
        header: t('guestImages.column.virtual'),
        track: '92px',
        align: 'end',
        sortable: true,
        cell: ({ image }) => format.bytes(image.kind === 'iso' ? null : image.virtualBytes),
      },
      { id: 'checksum', header: t('guestImages.column.checksum'), track: '104px', cell: ({ image }) => <Verified image={image} /> },
      { id: 'users', header: t('column.usedBy'), track: 'minmax(96px, 1.5fr)', cell: ({ image }) => <Users names={image.usedBy} /> },
      {
        id: 'actions',
        header: t('column.actions'),
        headerHidden: true,
        track: '80px',
        align: 'end',
        cell: (row) => <Actions row={row} onRemove={onRemove} />,
      },
    ],
    [t, format, onOpen, onRemove],
  );
}

function Verified({ image }: Pick<GuestImageRow, 'image'>) {
  const { t } = useI18n();
  if (image.checksum === null || image.state !== 'ready') return <span className={styles.muted}>–</span>;
  const { algorithm, value } = image.checksum;
  return (
    <span className={styles.verified} title={`${algorithm.toUpperCase()} ${value}`}>
      <ShieldCheck size={14} aria-hidden="true" />
      {t('guestImages.verified')}
    </span>
  );
}

function Users({ names }: { names: readonly string[] }) {
  const { t, format } = useI18n();
  if (names.length === 0) return <span className={styles.muted}>{t('guestImages.unused')}</span>;
  return <span title={names.join('\n')}>{format.list([...names])}</span>;
}

function Actions({ row, onRemove }: { row: GuestImageRow; onRemove: RowActions['onRemove'] }) {
  const { t } = useI18n();
  const { commands, guestImageCommands } = useStores();
  const { image, task } = row;
  const { name, origin, state } = image;
  const canPause = state === 'preparing' && (origin.type === 'catalogue' || origin.type === 'url');
  return (
    <span className={actions.actions}>
      {canPause && (
        <IconButton size="small" label={t('guestImages.pauseOf', { name })} onClick={() => void guestImageCommands.pause(image)}>
          <Pause />
        </IconButton>
      )}
      {state === 'paused' && (
        <IconButton size="small" label={t('guestImages.resumeOf', { name })} onClick={() => void guestImageCommands.resume(image)}>
          <Play />
        </IconButton>
      )}
      {state === 'preparing' ? (
        <IconButton
          size="small"
          label={t('guestImages.cancelOf', { name })}
          disabled={task === null}
          onClick={() => task !== null && void commands.cancelTask(task.id)}
        >
          <X />
        </IconButton>
      ) : (
        <IconButton size="small" label={t('guestImages.removeOf', { name })} onClick={() => onRemove([row])}>
          <Trash2 />
        </IconButton>
      )}
    </span>
  );
}
