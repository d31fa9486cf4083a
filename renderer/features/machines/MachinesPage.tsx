import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { type Machine, type MachineKind, type Metric, machineSubject } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { KindIcon } from '../../ui/KindIcon.tsx';
import { toggle } from '../../ui/selection.ts';
import { CreateButton } from '../create/CreateButton.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import { NewVmButton } from '../new-vm/NewVmButton.tsx';
import { RunBar } from '../overview/RunBar.tsx';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { ListFilter } from '../shell/ListFilter.tsx';
import { ListTable } from '../shell/ListTable.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { useList } from '../shell/use-list.ts';
import { BinButton } from '../vm-bin/BinButton.tsx';
import { BulkBar } from './BulkBar.tsx';
import { groupOf, inGroups } from './group-machines.ts';
import { ListViewButton } from './ListViewButton.tsx';
import { sortMachines } from './list-machines.ts';
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
  const { metrics } = useStores();
  const [, navigate] = useLocation();
  const ready = useInventory((inventory) => inventory.ready);
  const all = useInventory((inventory) => inventory.machines);
  const list = useList(kind);
  const { filter, selection, select, setFilter } = list;
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
      <ListTable
        list={{ ...list, sort: view.sort, setSort: (sort) => changeView({ sort }) }}
        label={t(kind === 'container' ? 'kind.containers' : 'kind.vms')}
        columns={shownColumns}
        rows={rows}
        rowKey={keyOf}
        grouping={grouping}
        total={ofKind.length}
        nameOf={({ name }) => name}
        onOpen={(machine) => navigate(machineUrl(machine.id))}
        onRemove={(asked) => setRemoving(asked.filter(({ actions }) => actions.includes('remove')))}
        empty={<NoMachines kind={kind} />}
      />
      {selected.length > 0 && <BulkBar machines={selected} onRemove={setRemoving} onClear={() => select(new Set())} />}
      {removing.length > 0 && <RemoveDialog machines={removing} onClose={() => setRemoving([])} />}
    </>
  );
}

function setFoldedOf(set: (change: (before: ReadonlySet<string>) => ReadonlySet<string>) => void) {
  return (key: string) => set((before) => toggle(before, key));
}

function NoMachines({ kind }: { kind: MachineKind }) {
  const { t } = useI18n();
  const availability = useAvailability(kind);
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
