import { FileCode2, Network, SquareTerminal, Unplug } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useLocation } from 'wouter';
import { type StackRef, stackKey } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Tabs } from '../../ui/Tabs.tsx';
import page from '../machine/MachinePage.module.css';
import { NotFound } from '../shell/NotFound.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { FileTab } from './FileTab.tsx';
import type { StackEntry } from './list-stacks.ts';
import { OutputTab } from './OutputTab.tsx';
import { ServicesTab } from './ServicesTab.tsx';
import { StackHeader } from './StackHeader.tsx';
import { parseStackUrl, STACK_TABS, type StackTab, stackUrl } from './stack-url.ts';
import { useComposeTool, useDefinition, useStackEntries, useStackRun } from './use-stack.ts';

const ICONS: Record<StackTab, ReactNode> = { services: <Network />, file: <FileCode2 />, output: <SquareTerminal /> };

/** `/stacks/<engine>/<name>/<tab>`: everything about one stack. */
export function StackPage() {
  const [path] = useLocation();
  const place = parseStackUrl(path);
  return place === null ? <NotFound /> : <FoundStack key={stackKey(place.ref)} {...place} />;
}

function FoundStack({ ref, tab }: { ref: StackRef; tab: StackTab }) {
  const { t } = useI18n();
  const ready = useInventory((inventory) => inventory.ready);
  const entry = useStackEntries().find((one) => stackKey(one) === stackKey(ref));
  if (entry !== undefined) return <KnownStack entry={entry} tab={tab} />;
  if (!ready) return <PageSkeleton />;
  return (
    <EmptyState icon={<Unplug />} title={t('stack.gone')} action={<Link href="/stacks">{t('stack.back')}</Link>}>
      {t('stack.goneText')}
    </EmptyState>
  );
}

function KnownStack({ entry, tab }: { entry: StackEntry; tab: StackTab }) {
  const { t } = useI18n();
  const [, navigate] = useLocation();
  const run = useStackRun(entry);
  const tool = useComposeTool(entry.engineId);
  const { definition, reload, set } = useDefinition(entry);
  const busy = run?.state === 'running';
  return (
    <div className={page.page}>
      <StackHeader entry={entry} run={run} tool={tool} definition={definition} />
      <div className={page.tabs}>
        <Tabs
          label={t('stack.tabs', { name: entry.name })}
          value={tab}
          tabs={STACK_TABS.map((value) => ({ value, label: t(`stack.tab.${value}`), icon: ICONS[value] }))}
          onValueChange={(next) => navigate(stackUrl(entry, next))}
        >
          {tab === 'services' && (
            <ServicesTab entry={entry} definition={definition} busy={busy} canCompose={tool != null && entry.files.length > 0} />
          )}
          {tab === 'file' && <FileTab entry={entry} definition={definition} onSaved={set} onReload={reload} />}
          {tab === 'output' && <OutputTab entry={entry} run={run} />}
        </Tabs>
      </div>
    </div>
  );
}
