import { Columns2, Download, Ellipsis, Eraser, FileUp, HardDriveUpload, Layers, Library, Trash2, X } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { Image } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { setList, useInventory, useSettings, useStores, useUi } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { Table } from '../../ui/Table.tsx';
import { BuildImages } from '../builds/BuildImages.tsx';
import { ImagesSwitch } from '../guest-images/ImagesSwitch.tsx';
import { imageUrl } from '../image/image-url.ts';
import bulk from '../machines/actions.module.css';
import styles from '../machines/MachinesPage.module.css';
import { BuildStarter } from '../overview/RunBar.tsx';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { ListFilter } from '../shell/ListFilter.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { DropZone } from './DropZone.tsx';
import { useImageColumns } from './image-columns.tsx';
import { LoadDrawer, type LoadDrawerProps } from './LoadDrawer.tsx';
import { bytesOnDisk, sizesOf } from './layer-sizes.ts';
import { imageMatches, imageTitle, sortImages, usersByImage } from './list-images.ts';
import { PruneDialog } from './PruneDialog.tsx';
import { PullForm } from './PullForm.tsx';
import { RemoveImagesDialog } from './RemoveImagesDialog.tsx';
import { TagDialog } from './TagDialog.tsx';

const keyOf = (image: Image) => image.id;

/** Every image of every engine, what it takes, and what uses it. */
export function ImagesPage() {
  const { t, format } = useI18n();
  const { ui } = useStores();
  const { density } = useSettings();
  const [, navigate] = useLocation();
  const ready = useInventory((inventory) => inventory.ready);
  const images = useInventory((inventory) => inventory.images);
  const machines = useInventory((inventory) => inventory.machines);
  const containers = useAvailability('container');
  const { filter, selection, sort } = useUi((state) => state.lists.images);
  const [removing, setRemoving] = useState<readonly Image[]>([]);
  const [tagging, setTagging] = useState<Image | null>(null);
  const [loading, setLoading] = useState<Pick<LoadDrawerProps, 'files' | 'as'> | null>(null);
  const [pruning, setPruning] = useState(false);
  const users = useMemo(() => usersByImage([...machines.values()]), [machines]);
  const all = useMemo(() => [...images.values()], [images]);
  const sizes = useMemo(() => sizesOf(all), [all]);
  const rows = useMemo(
    () => sortImages(filter === '' ? all : all.filter((image) => imageMatches(image, filter)), sort, sizes),
    [all, filter, sort, sizes],
  );
  const selected = useMemo(() => all.filter((image) => selection.has(image.id)), [all, selection]);
  const select = useCallback((next: ReadonlySet<string>) => setList(ui, 'images', { selection: next }), [ui]);
  const columns = useImageColumns({ users, sizes, onRemove: setRemoving, onTag: setTagging });
  const setFilter = (value: string) => setList(ui, 'images', { filter: value });
  const hasStarter = all.some((image) => image.starter);

  if (!ready) return <PageSkeleton />;
  const note = t('images.count', { count: all.length });
  return (
    <DropZone hint={t('load.drop')} onFiles={(files) => containers.available && setLoading({ files, as: 'images' })}>
      <PageHeader
        title={t('images.title')}
        aside={<ImagesSwitch value="containers" />}
        note={all.length === 0 ? note : `${note} · ${t('image.onDisk', { bytes: format.bytes(bytesOnDisk(all)) })}`}
      >
        <ListFilter value={filter} onChange={setFilter} placeholder={t('images.filter')} />
        {!hasStarter && all.length > 0 && <BuildStarter primary={false} />}
        <BuildImages />
        <PullForm />
        {containers.available && (
          <Menu
            trigger={
              <IconButton label={t('image.more')}>
                <Ellipsis />
              </IconButton>
            }
            items={[
              {
                type: 'item',
                key: 'load',
                label: t('load.loadMenu'),
                icon: <FileUp />,
                onSelect: () => setLoading({ files: [], as: 'images' }),
              },
              {
                type: 'item',
                key: 'import',
                label: t('load.importMenu'),
                icon: <HardDriveUpload />,
                onSelect: () => setLoading({ files: [], as: 'filesystem' }),
              },
              {
                type: 'item',
                key: 'registries',
                label: t('registries.title'),
                icon: <Library />,
                onSelect: () => navigate('/registries'),
              },
              { type: 'separator', key: 'danger' },
              {
                type: 'item',
                key: 'prune',
                label: t('prune.menu'),
                icon: <Eraser />,
                disabled: all.length === 0,
                onSelect: () => setPruning(true),
              },
            ]}
          />
        )}
      </PageHeader>
      <div className={styles.body}>
        <Table
          label={t('images.title')}
          columns={columns}
          rows={rows}
          rowKey={keyOf}
          rowHeight={density === 'compact' ? 28 : 36}
          sort={sort}
          onSortChange={(next) => setList(ui, 'images', { sort: next })}
          selection={selection}
          onSelectionChange={select}
          selectAllLabel={t('select.all')}
          selectLabel={(image) => t('select.one', { name: imageTitle(image, t('images.dangling')) })}
          onOpen={(image) => navigate(imageUrl(image.id))}
          onRemove={(keys) => setRemoving(rows.filter((image) => keys.includes(image.id)))}
          empty={
            all.length > 0 ? (
              <EmptyState
                title={t('machines.noMatch', { filter })}
                action={<Button onClick={() => setFilter('')}>{t('machines.clearFilter')}</Button>}
              />
            ) : containers.available ? (
              <EmptyState icon={<Layers size={32} />} title={t('images.empty')} action={<BuildStarter primary />}>
                {t('images.emptyText')}
              </EmptyState>
            ) : (
              <EngineProblem kind="container" problem={containers.problem} />
            )
          }
        />
      </div>
      {selected.length > 0 && <SelectedImages images={selected} onRemove={() => setRemoving(selected)} onClear={() => select(new Set())} />}
      {removing.length > 0 && <RemoveImagesDialog images={removing} users={users} onClose={() => setRemoving([])} />}
      {tagging !== null && <TagDialog image={tagging} onClose={() => setTagging(null)} />}
      {loading !== null && <LoadDrawer {...loading} onClose={() => setLoading(null)} />}
      {pruning && <PruneDialog users={users} onClose={() => setPruning(false)} />}
    </DropZone>
  );
}

/** What can be done with several at once. One archive holds images of one engine. */
function SelectedImages({ images, onRemove, onClear }: { images: readonly Image[]; onRemove: () => void; onClear: () => void }) {
  const { t, format } = useI18n();
  const { commands } = useStores();
  const [, navigate] = useLocation();
  const [first, second] = images;
  const oneEngine = images.every(({ engineId }) => engineId === first?.engineId);
  return (
    <div className={bulk.bulk} role="toolbar" aria-label={t('bulk.label')}>
      <span className={bulk.count}>
        {t('bulk.selected', { count: images.length })} · {format.bytes(bytesOnDisk(images))}
      </span>
      <Button
        variant="quiet"
        icon={<Download />}
        disabled={!oneEngine}
        onClick={() => void commands.saveImages(images.map(({ id }) => id))}
      >
        {t('image.save')}
      </Button>
      {first !== undefined && second !== undefined && images.length === 2 && (
        <Button
          variant="quiet"
          icon={<Columns2 />}
          onClick={() => navigate(`${imageUrl(first.id, 'compare')}?with=${encodeURIComponent(second.id)}`)}
        >
          {t('image.tab.compare')}
        </Button>
      )}
      <Button variant="quiet" icon={<Trash2 />} onClick={onRemove}>
        {t('action.remove')}
      </Button>
      <IconButton className={bulk.end} label={t('bulk.clear')} onClick={onClear}>
        <X />
      </IconButton>
    </div>
  );
}
