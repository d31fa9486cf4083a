import { ScrollText } from 'lucide-react';
import { useMemo } from 'react';
import { Link, useSearch } from 'wouter';
import { useI18n } from '../../i18n/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { LogPanel } from './LogPanel.tsx';
import { parseLogsSearch } from './logs-url.ts';

/** `/logs?of=…`: the logs of some machines as one. */
export function LogsPage() {
  const { t } = useI18n();
  const search = useSearch();
  const ids = useMemo(() => parseLogsSearch(search), [search]);
  return (
    <>
      <PageHeader title={t('logs.title')} icon={<ScrollText size={20} />} note={t('logs.machines', { count: ids.length })} />
      {ids.length === 0 ? (
        <EmptyState
          icon={<ScrollText />}
          title={t('logs.nobody')}
          action={
            <>
              <Link href="/containers">{t('kind.containers')}</Link>
              <Link href="/vms">{t('kind.vms')}</Link>
            </>
          }
        >
          {t('logs.nobodyText')}
        </EmptyState>
      ) : (
        <LogPanel key={ids.join(' ')} ids={ids} label={t('logs.titleOf', { count: ids.length })} />
      )}
    </>
  );
}
