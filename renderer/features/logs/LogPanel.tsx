import { ArrowDownToLine, Clock, Pause, Play, RotateCw, ScrollText, TextWrap } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { type LogRange, type LogStream, type MachineId, splitId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import tab from '../machine/tab.module.css';
import { FollowedLog } from './follow-log.ts';
import { LineDialog } from './LineDialog.tsx';
import { LogFoot } from './LogFoot.tsx';
import styles from './LogPanel.module.css';
import type { LogSource } from './LogRow.tsx';
import { LogSearchField, SearchProblem } from './LogSearchField.tsx';
import { LogSources } from './LogSources.tsx';
import { LogView } from './LogView.tsx';
import type { LogQuery } from './log-query.ts';
import { RangeField } from './RangeField.tsx';
import { StreamField } from './StreamField.tsx';
import { CopyLog, SaveLog } from './take-log.tsx';
import { useFrameVersion } from './use-frame-version.ts';
import { useLogRows } from './use-log-rows.ts';
import { useLogSearch } from './use-log-search.ts';

/** Machines' colours in source-colors.module.css; then they begin again. */
const COLORS = 8;
const WHOLE: LogRange = { sinceMs: null, untilMs: null };

export interface LogPanelProps {
  /** Its accessible name. */
  label: string;
  /** One machine, or many whose lines are merged by time. */
  ids: readonly MachineId[];
}

export function LogPanel({ label, ids }: LogPanelProps) {
  const [reading, setReading] = useState(0);
  const [range, setRange] = useState(WHOLE);
  const log = useFollowedLog(ids, range, reading);
  const readAgain = useCallback(() => setReading((count) => count + 1), []);
  if (log === null) return null;
  return <Log key={reading} label={label} ids={ids} log={log} range={range} onRangeChange={setRange} onReadAgain={readAgain} />;
}

interface LogProps extends LogPanelProps {
  log: FollowedLog;
  range: LogRange;
  onRangeChange: (range: LogRange) => void;
  onReadAgain: () => void;
}

function Log({ label, ids, log, range, onRangeChange, onReadAgain }: LogProps) {
  const { t, format } = useI18n();
  const { buffer } = log;
  const status = useSyncExternalStore(log.subscribe, () => log.status);
  useFrameVersion(buffer);
  const [frozenAt, setFrozenAt] = useState<number | null>(null);
  const [times, setTimes] = useState(true);
  const [wrap, setWrap] = useState(false);
  const [query, setQuery] = useState<LogQuery>({ text: '', regex: false, caseSensitive: false });
  const [onlyMatching, setOnlyMatching] = useState(false);
  const [stream, setStream] = useState<LogStream | null>(null);
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set());
  const [opened, setOpened] = useState<number | null>(null);
  const topLine = useRef(0);
  const sources = useSources(ids);
  const found = useLogSearch(buffer, query, topLine);
  useReadAgainAfterStart(ids, status === 'ended', onReadAgain);

  const following = frozenAt === null;
  const end = Math.max(frozenAt ?? buffer.end, buffer.first);
  const shown = useLogRows({ buffer, end, stream, hidden, search: onlyMatching ? found.search : null });
  const setFollowing = useCallback((on: boolean) => setFrozenAt((before) => (on ? null : (before ?? buffer.end))), [buffer]);
  // A match to look at is a place to stay at; where only matches are shown, the newest are.
  useEffect(() => {
    if (found.active !== null && !onlyMatching) setFollowing(false);
  }, [found.active, onlyMatching, setFollowing]);

  const count = buffer.end - buffer.first;
  return (
    <div className={tab.tab}>
      <div className={tab.bar} role="toolbar" aria-label={label}>
        <Button size="small" aria-pressed={following} icon={following ? <Pause /> : <Play />} onClick={() => setFollowing(!following)}>
          {t(following ? 'logs.pause' : 'logs.follow')}
        </Button>
        <LogSearchField
          query={query}
          onQueryChange={setQuery}
          found={found}
          onlyMatching={onlyMatching}
          onOnlyMatchingChange={setOnlyMatching}
        />
        <span className={tab.tools}>
          <StreamField value={stream} onValueChange={setStream} ids={ids} />
          <RangeField range={range} onRangeChange={onRangeChange} />
          <IconButton label={t('logs.times')} aria-pressed={times} onClick={() => setTimes(!times)}>
            <Clock />
          </IconButton>
          <IconButton label={t('logs.wrap')} aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
            <TextWrap />
          </IconButton>
          <CopyLog buffer={buffer} rows={shown.rows} sources={sources} times={times} />
          <SaveLog ids={ids} range={range} subject={label} />
        </span>
      </div>
      <SearchProblem found={found} />
      {sources.length > 0 && <LogSources sources={sources} hidden={hidden} onHiddenChange={setHidden} />}
      {count === 0 && status !== 'reading' ? (
        <EmptyState icon={<ScrollText />} title={t(range === WHOLE ? 'logs.empty' : 'logs.emptyRange')}>
          {t(range === WHOLE ? 'logs.emptyText' : 'logs.emptyRangeText')}
        </EmptyState>
      ) : (
        <LogView
          key={shown.key}
          label={label}
          buffer={buffer}
          rows={shown.rows}
          sources={sources}
          following={following}
          onFollowingChange={setFollowing}
          times={times}
          wrap={wrap}
          matches={found.search?.matches ?? null}
          active={found.active}
          topLine={topLine}
          onOpen={setOpened}
        />
      )}
      <LogFoot
        status={status}
        count={count}
        shownCount={shown.isFiltered ? shown.rows.end - shown.rows.first : null}
        letGo={buffer.letGo}
        merged={sources.length > 0}
      >
        {!following && <span className={styles.paused}>{t('logs.paused')}</span>}
        {frozenAt !== null && buffer.end > frozenAt && (
          <Button size="small" variant="quiet" icon={<ArrowDownToLine />} onClick={() => setFollowing(true)}>
            {t('logs.newLines', { count: buffer.end - frozenAt })}
          </Button>
        )}
        {(status === 'ended' || status === 'failed') && (
          <span className={styles.ended}>
            {t('logs.ended')}
            <Button size="small" variant="quiet" icon={<RotateCw />} onClick={onReadAgain}>
              {t('logs.again')}
            </Button>
          </span>
        )}
      </LogFoot>
      {opened !== null && <LineDialog entry={buffer.get(opened)} sources={sources} onClose={() => setOpened(null)} />}
      <span className="visually-hidden" role="status">
        {found.search !== null && t('search.count', { count: found.search.matches.count })}
        {frozenAt === null ? '' : format.integer(buffer.end - frozenAt)}
      </span>
    </div>
  );
}

function useFollowedLog(ids: readonly MachineId[], range: LogRange, reading: number): FollowedLog | null {
  const { connection, notices, inventory } = useStores();
  const { t } = useI18n();
  const [log, setLog] = useState<FollowedLog | null>(null);
  const key = ids.join(' ');
  // biome-ignore lint/correctness/useExhaustiveDependencies: another reading is another log, and so is another list of machines
  useEffect(() => {
    const nameOf = (source: number | null) => (source === null ? t('logs.title') : nameIn(inventory.getState().machines, ids[source]));
    const opened = new FollowedLog({ connection, ids, range, onProblem: (problem, source) => notices.tell(problem, nameOf(source)) });
    setLog(opened);
    return () => opened.dispose();
  }, [connection, notices, inventory, key, range, reading]);
  return log;
}

/** Empty for one machine: it need not be told whose its lines are. */
function useSources(ids: readonly MachineId[]): LogSource[] {
  const names = useInventory(({ machines }) => (ids.length < 2 ? '' : ids.map((id) => nameIn(machines, id)).join('\n')));
  return useMemo(() => (names === '' ? [] : names.split('\n').map((name, index) => ({ name, color: index % COLORS }))), [names]);
}

function nameIn(machines: ReadonlyMap<MachineId, { name: string }>, id: MachineId | undefined): string {
  return id === undefined ? '' : (machines.get(id)?.name ?? splitId(id).nativeId.slice(0, 12));
}

/** A log ends with its machine; when that is started again, its log goes on. */
function useReadAgainAfterStart(ids: readonly MachineId[], ended: boolean, readAgain: () => void): void {
  const started = useInventory(({ machines }) =>
    ids.map((id) => (machines.get(id)?.state === 'running' ? (machines.get(id)?.startedAtMs ?? '') : '')).join(' '),
  );
  const openedWith = useRef(started.split(' '));
  useEffect(() => {
    // Of many, one may end and start again while the others go on.
    if (!ended && ids.length === 1) return;
    if (started.split(' ').some((time, index) => time !== '' && time !== openedWith.current[index])) readAgain();
  }, [ended, started, ids.length, readAgain]);
}
