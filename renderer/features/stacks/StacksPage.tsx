import { Boxes } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { stackKey } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { setList, useInventory, useSettings, useStores, useUi } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Table } from '../../ui/Table.tsx';
import list from '../machines/MachinesPage.module.css';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { ListFilter } from '../shell/ListFilter.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { DropTarget } from './DropTarget.tsx';
import { KeepDialog } from './KeepDialog.tsx';
import { OpenForm } from './OpenForm.tsx';
import { StacksBulkBar } from './StacksBulkBar.tsx';
import { useStackColumns } from './stack-columns.tsx';
import { stackUrl } from './stack-url.ts';
import { useStackEntries } from './use-stack.ts';

/** A Compose file is written by people; what is larger is something else. */
const MOST_BYTES = 1024 * 1024;

/** Every stack of every engine, and the ways to open another one. */
export function StacksPage() {
  const { t } = useI18n();
  const { ui } = useStores();
  const [, navigate] = useLocation();
  const { density } = useSettings();
  const ready = useInventory((inventory) => inventory.ready);
  const containers = useAvailability('container');
  const all = useStackEntries();
  const { filter, selection, sort } = useUi((state) => state.lists.stacks);
  const [dropped, setDropped] = useState<{ name: string; text: string } | null>(null);
  const columns = useStackColumns();
  const rows = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/);
    const shown = all.filter((entry) => {
      const hay = [entry.name, ...entry.files, ...entry.stack.services.map(({ name }) => name)].join('\n').toLowerCase();
      return words.every((word) => hay.includes(word));
    });
    return sort.direction === 'descending' ? shown.reverse() : shown;
  }, [all, filter, sort]);
  const selected = all.filter((entry) => selection.has(stackKey(entry)));
  const select = (next: ReadonlySet<string>) => setList(ui, 'stacks', { selection: next });
  const setFilter = (value: string) => setList(ui, 'stacks', { filter: value });
  const takeFile = async (file: File | undefined) => {
    if (file !== undefined && file.size <= MOST_BYTES) setDropped({ name: file.name, text: await file.text() });
  };

  if (!ready) return <PageSkeleton />;
  return (
    <DropTarget onFile={takeFile} enabled={containers.available}>
      <PageHeader title={t('stacks.title')} note={t('stacks.count', { count: all.length })}>
        <ListFilter value={filter} onChange={setFilter} placeholder={t('stacks.filter')} />
        {containers.available && <OpenForm onFile={takeFile} />}
      </PageHeader>
      <div className={list.body}>
        <Table
          label={t('stacks.title')}
          columns={columns}
          rows={rows}
          rowKey={stackKey}
          rowHeight={density === 'compact' ? 28 : 36}
          sort={sort}
          onSortChange={(next) => setList(ui, 'stacks', { sort: next })}
          selection={selection}
          onSelectionChange={select}
          selectAllLabel={t('select.all')}
          selectLabel={(entry) => t('select.one', { name: entry.name })}
          onOpen={(entry) => navigate(stackUrl(entry))}
          empty={
            all.length > 0 ? (
              <EmptyState
                title={t('machines.noMatch', { filter })}
                action={<Button onClick={() => setFilter('')}>{t('machines.clearFilter')}</Button>}
              />
            ) : containers.available ? (
              <EmptyState icon={<Boxes size={32} />} title={t('stacks.empty')}>
                {t('stacks.emptyText')}
              </EmptyState>
            ) : (
              <EngineProblem kind="container" problem={containers.problem} />
            )
          }
        />
      </div>
      {selected.length > 0 && <StacksBulkBar entries={selected} onClear={() => select(new Set())} />}
      {dropped !== null && <KeepDialog {...dropped} onClose={() => setDropped(null)} />}
    </DropTarget>
  );
}
