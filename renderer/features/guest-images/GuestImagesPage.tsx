import { CloudDownload, Disc3, FileUp, Trash2 } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { GuestImageId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useGuestImages, useTasks } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { DropZone } from '../shell/DropZone.tsx';
import { ListFilter } from '../shell/ListFilter.tsx';
import { ListTable } from '../shell/ListTable.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { SelectionBar } from '../shell/SelectionBar.tsx';
import { useList } from '../shell/use-list.ts';
import { AddImageDrawer } from './AddImageDrawer.tsx';
import { CatalogueDrawer } from './CatalogueDrawer.tsx';
import { GuestImageDetails } from './GuestImageDetails.tsx';
import { useGuestImageColumns } from './guest-image-columns.tsx';
import { ImagesSwitch } from './ImagesSwitch.tsx';
import { type GuestImageRow, guestImageMatches, rowsOf, sortGuestImages } from './list-guest-images.ts';
import { RemoveGuestImagesDialog } from './RemoveGuestImagesDialog.tsx';

const keyOf = (row: GuestImageRow) => row.image.id;

type Open = { what: 'catalogue' } | { what: 'add'; file: File | null } | { what: 'details'; id: GuestImageId };

/** What virtual machines are made of: disks and discs, here and on their way. */
export function GuestImagesPage() {
  const { t, format } = useI18n();
  const images = useGuestImages();
  const all = useRows();
  const list = useList('guestImages');
  const { filter, selection, sort, select } = list;
  const [open, setOpen] = useState<Open | null>(null);
  const [removing, setRemoving] = useState<readonly GuestImageRow[]>([]);
  const rows = useMemo(
    () => sortGuestImages(filter === '' ? all : all.filter((row) => guestImageMatches(row, filter)), sort),
    [all, filter, sort],
  );
  const selected = useMemo(() => all.filter((row) => selection.has(row.image.id)), [all, selection]);
  const onOpen = useCallback((row: GuestImageRow) => setOpen({ what: 'details', id: row.image.id }), []);
  const columns = useGuestImageColumns({ onOpen, onRemove: setRemoving });
  const shown = open?.what === 'details' ? all.find((row) => row.image.id === open.id) : undefined;
  const close = () => setOpen(null);

  if (images === null) return <PageSkeleton />;
  const count = t('images.count', { count: all.length });
  const bytes = format.bytes(all.reduce((sum, { image }) => sum + image.sizeBytes, 0));
  return (
    <DropZone hint={t('guestImages.drop')} onFiles={([file]) => file !== undefined && setOpen({ what: 'add', file })}>
      <PageHeader
        title={t('images.title')}
        aside={<ImagesSwitch value="vms" />}
        note={all.length === 0 ? count : `${count} · ${t('image.onDisk', { bytes })}`}
      >
        <ListFilter value={filter} onChange={list.setFilter} placeholder={t('images.filter')} />
        <Button icon={<FileUp />} onClick={() => setOpen({ what: 'add', file: null })}>
          {t('guestImages.addShort')}
        </Button>
        <Button variant="primary" icon={<CloudDownload />} onClick={() => setOpen({ what: 'catalogue' })}>
          {t('guestImages.catalogueOpen')}
        </Button>
      </PageHeader>
      <ListTable
        list={list}
        label={t('guestImages.page')}
        columns={columns}
        rows={rows}
        rowKey={keyOf}
        total={all.length}
        nameOf={({ image }) => image.name}
        isTall
        onOpen={onOpen}
        onRemove={setRemoving}
        empty={
          <EmptyState
            icon={<Disc3 size={32} />}
            title={t('guestImages.empty')}
            action={
              <Button variant="primary" onClick={() => setOpen({ what: 'catalogue' })}>
                {t('guestImages.catalogueOpen')}
              </Button>
            }
          >
            {t('guestImages.emptyText')}
          </EmptyState>
        }
      />
      {selected.length > 0 && (
        <SelectionBar count={selected.length} onClear={() => select(new Set())}>
          <Button variant="quiet" icon={<Trash2 />} onClick={() => setRemoving(selected)}>
            {t('action.remove')}
          </Button>
        </SelectionBar>
      )}
      {removing.length > 0 && <RemoveGuestImagesDialog rows={removing} onClose={() => setRemoving([])} />}
      {open?.what === 'catalogue' && <CatalogueDrawer images={images} onClose={close} />}
      {open?.what === 'add' && <AddImageDrawer key={open.file?.name} from="file" file={open.file} onClose={close} />}
      {shown !== undefined && <GuestImageDetails row={shown} onClose={close} />}
    </DropZone>
  );
}

/** Images with their tasks. */
function useRows(): readonly GuestImageRow[] {
  const images = useGuestImages();
  const tasks = useTasks();
  const before = useRef<readonly GuestImageRow[]>([]);
  const rows = useMemo(() => rowsOf({ images: images ?? [], tasks, before: before.current }), [images, tasks]);
  useEffect(() => {
    before.current = rows;
  }, [rows]);
  return rows;
}
