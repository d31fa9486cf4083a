import { Trash2 } from 'lucide-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Image, MachineKind } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Badge } from '../../ui/Badge.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { KindIcon } from '../../ui/KindIcon.tsx';
import { Logo } from '../../ui/Logo.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import actions from '../machines/actions.module.css';
import { useAvailability } from '../shell/engine-health.ts';
import styles from './images.module.css';
import { type ImageUsers, imageTitle, shortId } from './list-images.ts';

export function useImageColumns(users: ImageUsers, onRemove: (images: readonly Image[]) => void): Column<Image>[] {
  const { t, format } = useI18n();
  const manyEngines = useInventory((state) => [...state.engines.values()].filter((engine) => engine.facets.includes('images')).length > 1);
  return useMemo(() => {
    const columns: (Column<Image> | false)[] = [
      {
        id: 'name',
        header: t('column.name'),
        track: 'minmax(180px, 3fr)',
        sortable: true,
        cell: (image) => <Names image={image} />,
      },
      {
        id: 'id',
        header: t('column.id'),
        track: '116px',
        cell: (image) => <code className={styles.id}>{shortId(image)}</code>,
      },
      manyEngines && {
        id: 'engine',
        header: t('column.engine'),
        track: 'minmax(90px, 1fr)',
        cell: (image) => <EngineName image={image} />,
      },
      {
        id: 'size',
        header: t('column.size'),
        track: '96px',
        align: 'end',
        sortable: true,
        cell: (image) => format.bytes(image.sizeBytes),
      },
      {
        id: 'created',
        header: t('column.created'),
        track: 'minmax(150px, 1fr)',
        align: 'end',
        sortable: true,
        cell: (image) => format.dateTime(image.createdAtMs),
      },
      {
        id: 'users',
        header: t('column.usedBy'),
        track: 'minmax(110px, 1fr)',
        cell: (image) => <Users image={image} users={users} />,
      },
      {
        id: 'actions',
        header: t('column.actions'),
        headerHidden: true,
        track: '128px',
        align: 'end',
        cell: (image) => <ImageActions image={image} onRemove={onRemove} />,
      },
    ];
    return columns.filter((column) => column !== false);
  }, [t, format, manyEngines, users, onRemove]);
}

function Names({ image }: { image: Image }) {
  const { t } = useI18n();
  const [first, ...others] = image.names;
  return (
    <span className={styles.names}>
      <span className={first === undefined ? styles.muted : styles.name} title={image.names.join('\n')}>
        {first ?? t('images.dangling')}
      </span>
      {image.starter && <Badge>{t('run.starter')}</Badge>}
      {others.length > 0 && <span className={styles.muted}>+{others.length}</span>}
    </span>
  );
}

function EngineName({ image }: { image: Image }) {
  const name = useInventory((state) => state.engines.get(image.engineId)?.name ?? image.engineId);
  return <span title={name}>{name}</span>;
}

function Users({ image, users }: { image: Image; users: ImageUsers }) {
  const { t } = useI18n();
  const machines = users.get(image.id) ?? [];
  const [one] = machines;
  if (one === undefined) return <span className={styles.muted}>{t('images.unused')}</span>;
  if (machines.length === 1) return <Link href={machineUrl(one.id)}>{one.name}</Link>;
  return (
    <Tooltip content={machines.map(({ name }) => name).join('\n')}>
      <span>{t('images.inUse', { count: machines.length })}</span>
    </Tooltip>
  );
}

function ImageActions({ image, onRemove }: { image: Image; onRemove: (images: readonly Image[]) => void }) {
  const { t } = useI18n();
  const { commands } = useStores();
  const containers = useAvailability('container').available;
  const vms = useAvailability('vm').available;
  const name = imageTitle(image, t('images.dangling'));
  const run = (...as: MachineKind[]) => void commands.run(image.id, as);
  return (
    <span className={actions.actions}>
      <IconButton
        size="small"
        label={t('images.runBothOf', { image: name })}
        disabled={!containers || !vms}
        onClick={() => run('container', 'vm')}
      >
        <Logo size={16} />
      </IconButton>
      <IconButton size="small" label={t('images.runContainerOf', { image: name })} disabled={!containers} onClick={() => run('container')}>
        <KindIcon kind="container" />
      </IconButton>
      <IconButton size="small" label={t('images.runVmOf', { image: name })} disabled={!vms} onClick={() => run('vm')}>
        <KindIcon kind="vm" />
      </IconButton>
      <IconButton size="small" tone="danger" label={t('action.removeOf', { name })} onClick={() => onRemove([image])}>
        <Trash2 />
      </IconButton>
    </span>
  );
}
