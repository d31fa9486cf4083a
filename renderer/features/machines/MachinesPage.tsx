import { useCallback, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { type Machine, type MachineKind, type Metric, machineSubject } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { setList, useInventory, useSettings, useStores, useUi } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { KindIcon } from '../../ui/KindIcon.tsx';
import { toggle } from '../../ui/selection.ts';
import { Table } from '../../ui/Table.tsx';
import { CreateButton } from '../create/CreateButton.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import { NewVmButton } from '../new-vm/NewVmButton.tsx';
import { RunBar } from '../overview/RunBar.tsx';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { ListFilter } from '../shell/ListFilter.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { BinButton } from '../vm-bin/BinButton.tsx';
import { BulkBar } from './BulkBar.tsx';
import { groupOf, inGroups } from './group-machines.ts';
import { ListViewButton } from './ListViewButton.tsx';
import { sortMachines } from './list-machines.ts';
import styles from './MachinesPage.module.css';
import { useMachineColumns } from './machine-columns.tsx';
import { matches, parseFilter } from './machine-filter.ts';
import { RemoveDialog } from './RemoveDialog.tsx';
import { SavedFilters } from './SavedFilters.tsx';
import { stateWords } from './StateLabel.tsx';
import { useGroupLabel } from './use-group-label.ts';
import { useListView } from './use-list-view.ts';
import { useNow } from './use-now.ts';

/** How often a list that is sorted by a measured number is put in order again. */
const RESORT_MS = 5000;

const keyOf = (machine: Machine) => machine.id;

/** All machines of one kind. */
export function MachinesPage({ kind }: { kind: MachineKind }) {
  const i18n = useI18n();
  const { t } = i18n;
  const { ui, metrics } = useStores();
  const [, navigate] = useLocation();
  const { density } = useSettings();
  const ready = useInventory((inventory) => inventory.ready);
  const all = useInventory((inventory) => inventory.machines);
  const { filter, selection } = useUi((state) => state.lists[kind]);
  const [view, changeView] = useListView(kind);
  const [folded, setFolded] = useState<ReadonlySet<string>>(new Set());
  const [removing, setRemoving] = useState<readonly Machine[]>([]);
  const columns = useMachineColumns(kind);
  const turn = Math.floor(useNow(RESORT_MS) / RESORT_MS);
  const ofKind = useMemo(() => [...all.values()].filter((machine) => machine.kind === kind), [all, kind]);
  const rows = useMemo(() => {
    const terms = parseFilter(filter);
    const shown = terms.length === 0 ? ofKind : ofKind.filter((machine) => matches(machine, terms, stateWords(machine, i18n)));
    // `turn` is read so that the order follows the numbers.
    if (turn < 0) return [];
    const measured = (machine: Machine, metric: Metric) => metrics.window.latest(machineSubject(machine.id), metric);
    return inGroups(sortMachines(shown, { sort: view.sort, measured }), view.groupBy);
  }, [ofKind, filter, view.sort, view.groupBy, i18n, metrics, turn]);
  const groupLabel = useGroupLabel(view.groupBy);
  const grouping = useMemo(
    () =>
      view.groupBy === 'none'
        ? undefined
        : { of: (machine: Machine) => groupOf(machine, view.groupBy) ?? '', header: groupLabel, folded, onToggle: setFoldedOf(setFolded) },
    [view.groupBy, groupLabel, folded],
  );
  const shownColumns = useMemo(() => columns.filter(({ id }) => !view.hiddenColumns.includes(id)), [columns, view.hiddenColumns]);
  const selected = useMemo(() => ofKind.filter((machine) => selection.has(machine.id)), [ofKind, selection]);
  const select = useCallback((next: ReadonlySet<string>) => setList(ui, kind, { selection: next }), [ui, kind]);
  const setFilter = (value: string) => setList(ui, kind, { filter: value });

  if (!ready) return <PageSkeleton />;
  return (
    <>
      <PageHeader
        title={t(kind === 'container' ? 'kind.containers' : 'kind.vms')}
        icon={<KindIcon kind={kind} size={20} />}
        note={
          rows.length === ofKind.length
            ? t('machines.count', { count: ofKind.length })
            : t('machines.countFiltered', { shown: rows.length, total: ofKind.length })
        }
      >
        <ListFilter value={filter} onChange={setFilter} placeholder={t('machines.filter')} />
        <SavedFilters filter={filter} saved={view.filters} onUse={setFilter} onChange={(filters) => changeView({ filters })} />
        {kind === 'vm' && <BinButton />}
        {kind === 'container' ? <CreateButton /> : <NewVmButton />}
        <ListViewButton kind={kind} view={view} onChange={changeView} machines={ofKind} columns={columns} />
      </PageHeader>
      <div className={styles.body}>
        <Table
          label={t(kind === 'container' ? 'kind.containers' : 'kind.vms')}
          columns={shownColumns}
          rows={rows}
          rowKey={keyOf}
          rowHeight={density === 'compact' ? 28 : 36}
          sort={view.sort}
          onSortChange={(sort) => changeView({ sort })}
          grouping={grouping}
          selection={selection}
          onSelectionChange={select}
          selectAllLabel={t('select.all')}
          selectLabel={(machine) => t('select.one', { name: machine.name })}
          onOpen={(machine) => navigate(machineUrl(machine.id))}
          onRemove={(keys) => setRemoving(rows.filter((machine) => keys.includes(machine.id) && machine.actions.includes('remove')))}
          empty={<NoMachines kind={kind} filter={ofKind.length > 0 ? filter : ''} onClear={() => setFilter('')} />}
        />
      </div>
      {selected.length > 0 && <BulkBar machines={selected} onRemove={setRemoving} onClear={() => select(new Set())} />}
      {removing.length > 0 && <RemoveDialog machines={removing} onClose={() => setRemoving([])} />}
    </>
  );
}

function setFoldedOf(set: (change: (before: ReadonlySet<string>) => ReadonlySet<string>) => void) {
  return (key: string) => set((before) => toggle(before, key));
}

function NoMachines({ kind, filter, onClear }: { kind: MachineKind; filter: string; onClear: () => void }) {
  const { t } = useI18n();
  const availability = useAvailability(kind);
  if (filter !== '') {
    return <EmptyState title={t('machines.noMatch', { filter })} action={<Button onClick={onClear}>{t('machines.clearFilter')}</Button>} />;
  }
  if (!availability.available) return <EngineProblem kind={kind} problem={availability.problem} />;
  return (
    <EmptyState
      icon={<KindIcon kind={kind} size={32} />}
      title={t(kind === 'container' ? 'overview.noContainers' : 'overview.noVms')}
      action={
        <>
          {kind === 'vm' && <NewVmButton />}
          <RunBar only={kind} />
        </>
      }
    />
  );
}
