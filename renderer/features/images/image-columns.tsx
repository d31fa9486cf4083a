import { Ellipsis } from 'lucide-react';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Image, ImageId, MachineKind } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Badge } from '../../ui/Badge.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { KindIcon } from '../../ui/KindIcon.tsx';
import { Logo } from '../../ui/Logo.tsx';
import type { Column } from '../../ui/Table.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { imageUrl } from '../image/image-url.ts';
import { machineUrl } from '../machine/machine-url.ts';
import actions from '../machines/actions.module.css';
import { useAvailability } from '../shell/engine-health.ts';
import { ImageMenu } from './ImageMenu.tsx';
import styles from './images.module.css';
import type { ImageSizes } from './layer-sizes.ts';
import { type ImageUsers, imageTitle, shortId } from './list-images.ts';

export interface ImageColumnsOf {
  users: ImageUsers;
  sizes: ReadonlyMap<ImageId, ImageSizes>;
  onRemove: (images: readonly Image[]) => void;
  onTag: (image: Image) => void;
}

export function useImageColumns({ users, sizes, onRemove, onTag }: ImageColumnsOf): Column<Image>[] {
  const { t, format } = useI18n();
  const manyEngines = useInventory((state) => [...state.engines.values()].filter((engine) => engine.facets.includes('images')).length > 1);
  return useMemo(() => {
    const columns: (Column<Image> | false)[] = [
      {
        id: 'name',
        header: t('column.name'),
        track: 'minmax(160px, 5fr)',
        sortable: true,
        cell: (image) => <Names image={image} />,
      },
      {
        id: 'id',
        header: t('column.id'),
        track: '104px',
        cell: (image) => <code className={styles.id}>{shortId(image)}</code>,
      },
      manyEngines && {
        id: 'engine',
        header: t('column.engine'),
        track: 'minmax(80px, 1fr)',
        cell: (image) => <EngineName image={image} />,
      },
      {
        id: 'size',
        header: t('column.size'),
        track: '80px',
        align: 'end',
        sortable: true,
        cell: (image) => format.bytes(image.sizeBytes),
      },
      {
        id: 'unique',
        header: t('column.unique'),
        track: '80px',
        align: 'end',
        sortable: true,
        cell: (image) => format.bytes(sizes.get(image.id)?.uniqueBytes),
      },
      {
        id: 'shared',
        header: t('column.shared'),
        track: '80px',
        align: 'end',
        sortable: true,
        cell: (image) => <Shared sizes={sizes.get(image.id)} />,
      },
      {
        id: 'created',
        header: t('column.created'),
        track: 'minmax(144px, 1fr)',
        align: 'end',
        sortable: true,
        cell: (image) => format.dateTime(image.createdAtMs),
      },
      {
        id: 'users',
        header: t('column.usedBy'),
        track: 'minmax(96px, 1fr)',
        cell: (image) => <Users image={image} users={users} />,
      },
      {
        id: 'actions',
        header: t('column.actions'),
        headerHidden: true,
        track: '128px',
        align: 'end',
        cell: (image) => <ImageActions image={image} onRemove={onRemove} onTag={onTag} />,
      },
    ];
    return columns.filter((column) => column !== false);
  }, [t, format, manyEngines, users, sizes, onRemove, onTag]);
}

function Names({ image }: { image: Image }) {
  const { t } = useI18n();
  const [first, ...others] = image.names;
  return (
    <span className={styles.names}>
      <Link href={imageUrl(image.id)} className={first === undefined ? styles.muted : styles.nameLink} title={image.names.join('\n')}>
        {first ?? t('images.dangling')}
      </Link>
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

/** Those that it shares with, by name. */
function Shared({ sizes }: { sizes: ImageSizes | undefined }) {
  const { t, format } = useI18n();
  if (sizes === undefined || sizes.sharedWith.length === 0) return <span className={styles.muted}>{format.bytes(sizes?.sharedBytes)}</span>;
  const names = sizes.sharedWith.slice(0, MOST_NAMED).map((image) => imageTitle(image, t('images.dangling')));
  const rest = sizes.sharedWith.length - names.length;
  return (
    <Tooltip content={[t('image.sharedWith'), ...names, ...(rest > 0 ? [t('image.andMore', { count: rest })] : [])].join('\n')}>
      <span className={styles.shared} tabIndex={-1}>
        {format.bytes(sizes.sharedBytes)}
      </span>
    </Tooltip>
  );
}

const MOST_NAMED = 8;

function ImageActions({ image, onRemove, onTag }: { image: Image } & Pick<ImageColumnsOf, 'onRemove' | 'onTag'>) {
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
      <ImageMenu
        image={image}
        onTag={() => onTag(image)}
        onRemove={() => onRemove([image])}
        trigger={
          <IconButton size="small" label={t('action.moreOf', { name })}>
            <Ellipsis />
          </IconButton>
        }
      />
    </span>
  );
}
