import { Columns2, Download, Ellipsis, Eraser, FileUp, HardDriveUpload, Layers, Library, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { Image } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { BuildImages } from '../builds/BuildImages.tsx';
import { ImagesSwitch } from '../guest-images/ImagesSwitch.tsx';
import { imageUrl } from '../image/image-url.ts';
import { BuildStarter } from '../overview/RunBar.tsx';
import { DropZone } from '../shell/DropZone.tsx';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { ListFilter } from '../shell/ListFilter.tsx';
import { ListTable } from '../shell/ListTable.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { SelectionBar } from '../shell/SelectionBar.tsx';
import { useList } from '../shell/use-list.ts';
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
  const [, navigate] = useLocation();
  const ready = useInventory((inventory) => inventory.ready);
  const images = useInventory((inventory) => inventory.images);
  const machines = useInventory((inventory) => inventory.machines);
  const containers = useAvailability('container');
  const list = useList('images');
  const { filter, selection, sort, select } = list;
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
  const columns = useImageColumns({ users, sizes, onRemove: setRemoving, onTag: setTagging });
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
        <ListFilter value={filter} onChange={list.setFilter} placeholder={t('images.filter')} />
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
      <ListTable
        list={list}
        label={t('images.title')}
        columns={columns}
        rows={rows}
        rowKey={keyOf}
        total={all.length}
        nameOf={(image) => imageTitle(image, t('images.dangling'))}
        onOpen={(image) => navigate(imageUrl(image.id))}
        onRemove={setRemoving}
        empty={
          containers.available ? (
            <EmptyState icon={<Layers size={32} />} title={t('images.empty')} action={<BuildStarter primary />}>
              {t('images.emptyText')}
            </EmptyState>
          ) : (
            <EngineProblem kind="container" problem={containers.problem} />
          )
        }
      />
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
    <SelectionBar count={images.length} note={format.bytes(bytesOnDisk(images))} onClear={onClear}>
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
    </SelectionBar>
  );
}
