import { Layers, Search, Trash2, X } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import type { Image } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { setList, useInventory, useSettings, useStores, useUi } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Kbd } from '../../ui/Kbd.tsx';
import { Table } from '../../ui/Table.tsx';
import { TextField } from '../../ui/TextField.tsx';
import bulk from '../machines/actions.module.css';
import styles from '../machines/MachinesPage.module.css';
import { BuildStarter } from '../overview/RunBar.tsx';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { useImageColumns } from './image-columns.tsx';
import { imageMatches, imageTitle, sortImages, usersByImage } from './list-images.ts';
import { PullForm } from './PullForm.tsx';
import { RemoveImagesDialog } from './RemoveImagesDialog.tsx';

const keyOf = (image: Image) => image.id;

/** Every image of every engine, and what uses it. */
export function ImagesPage() {
  const { t } = useI18n();
  const { ui } = useStores();
  const { density } = useSettings();
  const ready = useInventory((inventory) => inventory.ready);
  const images = useInventory((inventory) => inventory.images);
  const machines = useInventory((inventory) => inventory.machines);
  const containers = useAvailability('container');
  const { filter, selection, sort } = useUi((state) => state.lists.images);
  const [removing, setRemoving] = useState<readonly Image[]>([]);
  const users = useMemo(() => usersByImage([...machines.values()]), [machines]);
  const all = useMemo(() => [...images.values()], [images]);
  const rows = useMemo(
    () => sortImages(filter === '' ? all : all.filter((image) => imageMatches(image, filter)), sort),
    [all, filter, sort],
  );
  const selected = useMemo(() => all.filter((image) => selection.has(image.id)), [all, selection]);
  const select = useCallback((next: ReadonlySet<string>) => setList(ui, 'images', { selection: next }), [ui]);
  const columns = useImageColumns(users, setRemoving);
  const setFilter = (value: string) => setList(ui, 'images', { filter: value });
  const hasStarter = all.some((image) => image.starter);

  if (!ready) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={t('images.title')} note={t('images.count', { count: all.length })}>
        <TextField
          className={styles.filter}
          label={t('common.filter')}
          type="search"
          placeholder={t('images.filter')}
          icon={<Search />}
          aside={<Kbd>/</Kbd>}
          data-filter
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setFilter('')}
        />
        {!hasStarter && all.length > 0 && <BuildStarter primary={false} />}
        <PullForm />
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
      {selected.length > 0 && (
        <div className={bulk.bulk} role="toolbar" aria-label={t('bulk.label')}>
          <span className={bulk.count}>{t('bulk.selected', { count: selected.length })}</span>
          <Button variant="quiet" icon={<Trash2 />} onClick={() => setRemoving(selected)}>
            {t('action.remove')}
          </Button>
          <IconButton className={bulk.end} label={t('bulk.clear')} onClick={() => select(new Set())}>
            <X />
          </IconButton>
        </div>
      )}
      {removing.length > 0 && <RemoveImagesDialog images={removing} users={users} onClose={() => setRemoving([])} />}
    </>
  );
}
