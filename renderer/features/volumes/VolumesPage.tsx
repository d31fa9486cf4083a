import { Eraser, FileUp, HardDrive, Plus, Ruler, Trash2, X } from 'lucide-react';
import { useCallback, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { Volume } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { setList, useInventory, useSettings, useStores, useUi } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Table } from '../../ui/Table.tsx';
import bulk from '../machines/actions.module.css';
import layout from '../machines/MachinesPage.module.css';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { ListFilter } from '../shell/ListFilter.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { CreateVolumeDrawer } from './CreateVolumeDrawer.tsx';
import { ImportVolumeDrawer } from './ImportVolumeDrawer.tsx';
import { sortVolumes, usersByVolume, type VolumeSizes, volumeMatches, volumeUrl } from './list-volumes.ts';
import { useVolumeEngines } from './use-engines.ts';
import { useVolumeCommands } from './use-volume-commands.ts';
import { VolumeDialog, type VolumeQuestion } from './VolumeDialogs.tsx';
import { useVolumeColumns } from './volume-columns.tsx';

const keyOf = (volume: Volume) => volume.id;

/** Every volume of every engine, and who uses it. */
export function VolumesPage() {
  const { t } = useI18n();
  const { ui } = useStores();
  const { density } = useSettings();
  const [, navigate] = useLocation();
  const commands = useVolumeCommands();
  const ready = useInventory((inventory) => inventory.ready);
  const volumes = useInventory((inventory) => inventory.volumes);
  const machines = useInventory((inventory) => inventory.machines);
  const containers = useAvailability('container');
  const engines = useVolumeEngines();
  const { filter, selection, sort } = useUi((state) => state.lists.volumes);
  const [sizes, setSizes] = useState<VolumeSizes | null>(null);
  const [measuring, setMeasuring] = useState(false);
  const [question, setQuestion] = useState<VolumeQuestion | null>(null);
  const [drawer, setDrawer] = useState<'create' | 'import' | null>(null);
  const users = useMemo(() => usersByVolume(machines.values()), [machines]);
  const all = useMemo(() => [...volumes.values()], [volumes]);
  const rows = useMemo(
    () => sortVolumes(filter === '' ? all : all.filter((volume) => volumeMatches(volume, filter, users)), sort, sizes),
    [all, filter, sort, sizes, users],
  );
  const selected = useMemo(() => all.filter((volume) => selection.has(volume.id)), [all, selection]);
  const select = useCallback((next: ReadonlySet<string>) => setList(ui, 'volumes', { selection: next }), [ui]);
  const columns = useVolumeColumns({ users, sizes, onAsk: setQuestion });

  const measure = async () => {
    setMeasuring(true);
    const bytes = await commands.sizes(engines.map(({ id }) => id));
    setSizes({ atMs: Date.now(), bytes });
    setMeasuring(false);
  };
  const prune = async () => {
    await measure();
    setQuestion({ ask: 'prune', volumes: all.filter((volume) => !users.has(volume.id)) });
  };

  if (!ready) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={t('volumes.title')} note={t('volumes.count', { count: all.length })}>
        <ListFilter value={filter} onChange={(value) => setList(ui, 'volumes', { filter: value })} placeholder={t('volumes.filter')} />
        {all.length > 0 && (
          <>
            <Button icon={<Ruler />} disabled={measuring} onClick={() => void measure()}>
              {t(measuring ? 'volumes.measuring' : 'volumes.measure')}
            </Button>
            <Button icon={<Eraser />} disabled={measuring} onClick={() => void prune()}>
              {t('volumes.prune')}
            </Button>
          </>
        )}
        {engines.length > 0 && (
          <>
            <Button icon={<FileUp />} onClick={() => setDrawer('import')}>
              {t('volumes.importShort')}
            </Button>
            <Button variant="primary" icon={<Plus />} onClick={() => setDrawer('create')}>
              {t('volumes.createShort')}
            </Button>
          </>
        )}
      </PageHeader>
      <div className={layout.body}>
        <Table
          label={t('volumes.title')}
          columns={columns}
          rows={rows}
          rowKey={keyOf}
          rowHeight={density === 'compact' ? 28 : 36}
          sort={sort}
          onSortChange={(next) => setList(ui, 'volumes', { sort: next })}
          selection={selection}
          onSelectionChange={select}
          selectAllLabel={t('select.all')}
          selectLabel={(volume) => t('select.one', { name: volume.name })}
          onOpen={(volume) => navigate(volumeUrl(volume.id))}
          onRemove={(keys) => setQuestion({ ask: 'remove', volumes: rows.filter((volume) => keys.includes(volume.id)) })}
          empty={
            all.length > 0 ? (
              <EmptyState
                title={t('machines.noMatch', { filter })}
                action={<Button onClick={() => setList(ui, 'volumes', { filter: '' })}>{t('machines.clearFilter')}</Button>}
              />
            ) : containers.available ? (
              <EmptyState
                icon={<HardDrive size={32} />}
                title={t('volumes.empty')}
                action={
                  <Button variant="primary" onClick={() => setDrawer('create')}>
                    {t('volumes.create')}
                  </Button>
                }
              >
                {t('volumes.emptyText')}
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
          <Button variant="quiet" icon={<Trash2 />} onClick={() => setQuestion({ ask: 'remove', volumes: selected })}>
            {t('action.remove')}
          </Button>
          <IconButton className={bulk.end} label={t('bulk.clear')} onClick={() => select(new Set())}>
            <X />
          </IconButton>
        </div>
      )}
      {question !== null && <VolumeDialog question={question} users={users} sizes={sizes} onClose={() => setQuestion(null)} />}
      {drawer === 'create' && <CreateVolumeDrawer onClose={() => setDrawer(null)} />}
      {drawer === 'import' && <ImportVolumeDrawer onClose={() => setDrawer(null)} />}
    </>
  );
}
