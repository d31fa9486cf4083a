import { Eraser, FileUp, HardDrive, Plus, Ruler, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { Volume } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { ListFilter } from '../shell/ListFilter.tsx';
import { ListTable } from '../shell/ListTable.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { SelectionBar } from '../shell/SelectionBar.tsx';
import { useList } from '../shell/use-list.ts';
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
  const [, navigate] = useLocation();
  const commands = useVolumeCommands();
  const ready = useInventory((inventory) => inventory.ready);
  const volumes = useInventory((inventory) => inventory.volumes);
  const machines = useInventory((inventory) => inventory.machines);
  const containers = useAvailability('container');
  const engines = useVolumeEngines();
  const list = useList('volumes');
  const { filter, selection, sort, select } = list;
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
        <ListFilter value={filter} onChange={list.setFilter} placeholder={t('volumes.filter')} />
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
      <ListTable
        list={list}
        label={t('volumes.title')}
        columns={columns}
        rows={rows}
        rowKey={keyOf}
        total={all.length}
        nameOf={({ name }) => name}
        onOpen={(volume) => navigate(volumeUrl(volume.id))}
        onRemove={(asked) => setQuestion({ ask: 'remove', volumes: asked })}
        empty={
          containers.available ? (
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
      {selected.length > 0 && (
        <SelectionBar count={selected.length} onClear={() => select(new Set())}>
          <Button variant="quiet" icon={<Trash2 />} onClick={() => setQuestion({ ask: 'remove', volumes: selected })}>
            {t('action.remove')}
          </Button>
        </SelectionBar>
      )}
      {question !== null && <VolumeDialog question={question} users={users} sizes={sizes} onClose={() => setQuestion(null)} />}
      {drawer === 'create' && <CreateVolumeDrawer onClose={() => setDrawer(null)} />}
      {drawer === 'import' && <ImportVolumeDrawer onClose={() => setDrawer(null)} />}
    </>
  );
}
