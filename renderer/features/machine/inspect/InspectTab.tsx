import { Eye, EyeOff, RotateCw, Search } from 'lucide-react';
import { useEffect, useMemo, useState } from 'react';
import { type Machine, type MachineDetails, maskSecrets, type Problem } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { useStores } from '../../../stores/index.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import { Segments } from '../../../ui/Segments.tsx';
import { Skeleton } from '../../../ui/Skeleton.tsx';
import { TextField } from '../../../ui/TextField.tsx';
import tab from '../tab.module.css';
import { FactGroups } from './FactGroups.tsx';
import styles from './InspectTab.module.css';
import { JsonTree } from './JsonTree.tsx';

type Loaded = { details: MachineDetails } | { problem: Problem };

/** What the driver knows as facts, and what the engine says itself. */
export function InspectTab({ machine }: { machine: Machine }) {
  const { t, problem } = useI18n();
  const [reading, setReading] = useState(0);
  const loaded = useDetails(machine, reading);
  const [view, setView] = useState<'facts' | 'raw'>('facts');
  const [filter, setFilter] = useState('');
  const [revealed, setRevealed] = useState(false);
  const details = loaded !== null && 'details' in loaded ? loaded.details : null;
  const raw = useMemo(() => (revealed ? details?.raw : maskSecrets(details?.raw)), [details, revealed]);
  return (
    <div className={tab.tab}>
      <div className={tab.bar}>
        <Segments
          label={t('machine.tab.inspect')}
          value={view}
          options={[
            { value: 'facts', label: t('inspect.facts') },
            { value: 'raw', label: t('inspect.raw') },
          ]}
          onValueChange={setView}
        />
        <TextField
          label={t('inspect.filter')}
          placeholder={t('inspect.filter')}
          icon={<Search />}
          data-filter
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setFilter('')}
        />
        <span className={tab.tools}>
          <IconButton
            label={t(revealed ? 'inspect.hide' : 'inspect.reveal')}
            aria-pressed={revealed}
            onClick={() => setRevealed(!revealed)}
          >
            {revealed ? <EyeOff /> : <Eye />}
          </IconButton>
          <IconButton label={t('inspect.refresh')} onClick={() => setReading((count) => count + 1)}>
            <RotateCw />
          </IconButton>
          <CopyButton text={() => JSON.stringify(raw, null, 2)} label={t('inspect.copyAll')} doneLabel={t('common.copied')} />
        </span>
      </div>
      {loaded === null && <LoadingFacts />}
      {loaded !== null && 'problem' in loaded && <EmptyState title={problem(loaded.problem)} />}
      {details !== null && view === 'facts' && (
        <FactGroups label={t('inspect.label', { name: machine.name })} facts={details.facts} filter={filter} revealed={revealed} />
      )}
      {details !== null && view === 'raw' && <JsonTree label={t('inspect.rawHelp')} value={raw} filter={filter} />}
    </div>
  );
}

/** Read again when the machine has changed: what it says of itself is only true for one state. */
function useDetails(machine: Machine, reading: number): Loaded | null {
  const { connection } = useStores();
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const { id, state, startedAtMs } = machine;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another state or reading has other details
  useEffect(() => {
    const leaving = new AbortController();
    connection.client.machines.inspect({ id }, { signal: leaving.signal }).then(
      (details) => setLoaded({ details }),
      (error) => leaving.signal.aborted || setLoaded({ problem: connection.problemOf(error) }),
    );
    return () => leaving.abort();
  }, [connection, id, state, startedAtMs, reading]);
  return loaded;
}

function LoadingFacts() {
  return (
    <div className={styles.loading}>
      {['40%', '64%', '52%', '30%', '58%'].map((width) => (
        <Skeleton key={width} width={width} height="14px" />
      ))}
    </div>
  );
}
