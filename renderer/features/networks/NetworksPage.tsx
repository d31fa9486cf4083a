import { Network as NetworkIcon, Plus, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { Network, NetworkId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { ListFilter } from '../shell/ListFilter.tsx';
import layout from '../shell/ListTable.module.css';
import { ListTable } from '../shell/ListTable.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { SelectionBar } from '../shell/SelectionBar.tsx';
import { useList } from '../shell/use-list.ts';
import { CreateNetworkDrawer } from './CreateNetworkDrawer.tsx';
import { NetworkDrawer } from './NetworkDrawer.tsx';
import { useNetworkColumns } from './network-columns.tsx';
import { networkMatches } from './network-matches.ts';
import { ReachGraph } from './ReachGraph.tsx';
import { ReachTable } from './ReachTable.tsx';
import { RemoveNetworksDialog } from './RemoveNetworksDialog.tsx';
import { reachOf } from './reach.ts';
import { membersOf, useMembers } from './use-members.ts';

const VIEWS = ['list', 'drawing', 'table'] as const;
const keyOf = (network: Network) => network.id;

/** The networks of all engines, who is on them, and so who can talk to whom. */
export function NetworksPage() {
  const { t } = useI18n();
  const ready = useInventory((inventory) => inventory.ready);
  const networks = useInventory((inventory) => inventory.networks);
  const machines = useInventory((inventory) => inventory.machines);
  const containers = useAvailability('container');
  const members = useMembers();
  const list = useList('networks');
  const { filter, selection, select } = list;
  const [view, setView] = useState<(typeof VIEWS)[number]>('list');
  const [creating, setCreating] = useState(false);
  const [shown, setShown] = useState<NetworkId | null>(null);
  const [removing, setRemoving] = useState<readonly Network[]>([]);
  const all = useMemo(
    () => [...networks.values()].sort((a, b) => Number(a.builtIn) - Number(b.builtIn) || a.name.localeCompare(b.name)),
    [networks],
  );
  const rows = useMemo(() => all.filter((network) => networkMatches(network, filter, members)), [all, filter, members]);
  const reach = useMemo(() => reachOf([...networks.values()], [...machines.values()]), [networks, machines]);
  const columns = useNetworkColumns({ members, onOpen: setShown, onRemove: (network) => setRemoving([network]) });
  const unused = all.filter((network) => !network.builtIn && membersOf(members, network).length === 0);
  const open = shown === null ? undefined : networks.get(shown);
  const selected = all.filter((network) => selection.has(network.id));

  if (!ready) return <PageSkeleton />;
  return (
    <>
      <PageHeader title={t('networks.title')} note={t('networks.count', { count: all.length })}>
        {view === 'list' && <ListFilter value={filter} onChange={list.setFilter} placeholder={t('networks.filter')} />}
        <Segments
          label={t('networks.view')}
          value={view}
          options={VIEWS.map((value) => ({ value, label: t(`networks.view.${value}`) }))}
          onValueChange={setView}
        />
        {unused.length > 0 && (
          <Button icon={<Trash2 />} onClick={() => setRemoving(unused)}>
            {t('networks.prune', { count: unused.length })}
          </Button>
        )}
        {containers.available && (
          <Button variant="primary" icon={<Plus />} onClick={() => setCreating(true)}>
            {t('networks.create')}
          </Button>
        )}
      </PageHeader>
      {view === 'list' && (
        <ListTable
          list={list}
          label={t('networks.title')}
          columns={columns}
          rows={rows}
          rowKey={keyOf}
          total={all.length}
          nameOf={({ name }) => name}
          onOpen={(network) => setShown(network.id)}
          onRemove={(asked) => setRemoving(asked.filter(({ builtIn }) => !builtIn))}
          empty={
            containers.available ? (
              <EmptyState icon={<NetworkIcon size={32} />} title={t('networks.empty')} />
            ) : (
              <EngineProblem kind="container" problem={containers.problem} />
            )
          }
        />
      )}
      {view !== 'list' && (
        <div className={layout.body}>
          {view === 'drawing' && (
            <ReachGraph reach={reach} onOpenNetwork={(id) => setShown(all.find((network) => network.id === id)?.id ?? null)} />
          )}
          {view === 'table' && <ReachTable reach={reach} />}
        </div>
      )}
      {view === 'list' && selected.length > 0 && (
        <SelectionBar count={selected.length} onClear={() => select(new Set())}>
          <Button
            variant="quiet"
            icon={<Trash2 />}
            refusal={selected.every(({ builtIn }) => builtIn) ? t('networks.builtInStay') : null}
            onClick={() => setRemoving(selected.filter(({ builtIn }) => !builtIn))}
          >
            {t('action.remove')}
          </Button>
        </SelectionBar>
      )}
      {creating && <CreateNetworkDrawer onClose={() => setCreating(false)} />}
      {open !== undefined && (
        <NetworkDrawer key={open.id} network={open} members={membersOf(members, open)} onClose={() => setShown(null)} />
      )}
      {removing.length > 0 && <RemoveNetworksDialog networks={removing} members={members} onClose={() => setRemoving([])} />}
    </>
  );
}
