import { Boxes } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { stackKey } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { DropZone } from '../shell/DropZone.tsx';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { ListFilter } from '../shell/ListFilter.tsx';
import { ListTable } from '../shell/ListTable.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { useList } from '../shell/use-list.ts';
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
  const [, navigate] = useLocation();
  const ready = useInventory((inventory) => inventory.ready);
  const containers = useAvailability('container');
  const all = useStackEntries();
  const list = useList('stacks');
  const { filter, selection, sort, select } = list;
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
  const takeFile = async (file: File | undefined) => {
    if (file !== undefined && file.size <= MOST_BYTES) setDropped({ name: file.name, text: await file.text() });
  };

  if (!ready) return <PageSkeleton />;
  return (
    <DropZone hint={t('stacks.dropHere')} onFiles={([file]) => containers.available && void takeFile(file)}>
      <PageHeader title={t('stacks.title')} note={t('stacks.count', { count: all.length })}>
        <ListFilter value={filter} onChange={list.setFilter} placeholder={t('stacks.filter')} />
        {containers.available && <OpenForm onFile={takeFile} />}
      </PageHeader>
      <ListTable
        list={list}
        label={t('stacks.title')}
        columns={columns}
        rows={rows}
        rowKey={stackKey}
        total={all.length}
        nameOf={({ name }) => name}
        onOpen={(entry) => navigate(stackUrl(entry))}
        empty={
          containers.available ? (
            <EmptyState icon={<Boxes size={32} />} title={t('stacks.empty')}>
              {t('stacks.emptyText')}
            </EmptyState>
          ) : (
            <EngineProblem kind="container" problem={containers.problem} />
          )
        }
      />
      {selected.length > 0 && <StacksBulkBar entries={selected} onClear={() => select(new Set())} />}
      {dropped !== null && <KeepDialog {...dropped} onClose={() => setDropped(null)} />}
    </DropZone>
  );
}
