import { ArrowDownToLine, Clock, Copy, Download, Pause, Play, RotateCw, ScrollText, TextWrap } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { Machine } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { useStores } from '../../../stores/index.ts';
import { Button } from '../../../ui/Button.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import { FollowedLog } from './follow-log.ts';
import { LogSearchField } from './LogSearchField.tsx';
import styles from './LogsTab.module.css';
import { LogView } from './LogView.tsx';
import { LOG_LINES, type LogBuffer } from './log-buffer.ts';
import type { LogQuery } from './log-search.ts';
import { logText, saveLog } from './save-log.ts';
import { useLogSearch } from './use-log-search.ts';

export function LogsTab({ machine }: { machine: Machine }) {
  const [reading, setReading] = useState(0);
  const log = useFollowedLog(machine, reading);
  return log === null ? null : <Log key={reading} machine={machine} log={log} onReadAgain={() => setReading((count) => count + 1)} />;
}

function Log({ machine, log, onReadAgain }: { machine: Machine; log: FollowedLog; onReadAgain: () => void }) {
  const { t, format } = useI18n();
  const { buffer } = log;
  const status = useSyncExternalStore(log.subscribe, () => log.status);
  const version = useBufferVersion(buffer);
  const [frozenAt, setFrozenAt] = useState<number | null>(null);
  const [times, setTimes] = useState(true);
  const [wrap, setWrap] = useState(false);
  const [query, setQuery] = useState<LogQuery>({ text: '', regex: false, caseSensitive: false });
  const topLine = useRef(0);
  const found = useLogSearch({ buffer, version, topLine }, query);
  useReadAgainAfterStart(machine, status === 'ended', onReadAgain);

  const following = frozenAt === null;
  const setFollowing = useCallback((on: boolean) => setFrozenAt((before) => (on ? null : (before ?? buffer.end))), [buffer]);
  // A match to look at is a place to stay at.
  useEffect(() => {
    if (found.active !== null) setFollowing(false);
  }, [found.active, setFollowing]);

  const newLines = frozenAt === null ? 0 : buffer.end - frozenAt;
  const count = buffer.end - buffer.first;
  return (
    <div className={styles.tab}>
      <div className={styles.bar} role="toolbar" aria-label={t('logs.label', { name: machine.name })}>
        <Button size="small" aria-pressed={following} icon={following ? <Pause /> : <Play />} onClick={() => setFollowing(!following)}>
          {t(following ? 'logs.pause' : 'logs.follow')}
        </Button>
        <LogSearchField query={query} onQueryChange={setQuery} found={found} />
        <span className={styles.tools}>
          <IconButton label={t('logs.times')} aria-pressed={times} onClick={() => setTimes(!times)}>
            <Clock />
          </IconButton>
          <IconButton label={t('logs.wrap')} aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
            <TextWrap />
          </IconButton>
          <CopyLog buffer={buffer} times={times} />
          <SaveLog machine={machine} />
        </span>
      </div>
      {count === 0 && status !== 'reading' ? (
        <EmptyState icon={<ScrollText />} title={t('logs.empty')}>
          {t('logs.emptyText')}
        </EmptyState>
      ) : (
        <LogView
          label={t('logs.label', { name: machine.name })}
          buffer={buffer}
          end={Math.max(frozenAt ?? buffer.end, buffer.first)}
          following={following}
          onFollowingChange={setFollowing}
          times={times}
          wrap={wrap}
          expression={found.expression}
          active={found.active}
          topLine={topLine}
        />
      )}
      <div className={styles.foot}>
        <span>{status === 'reading' && count === 0 ? t('logs.loading') : t('logs.count', { count })}</span>
        {buffer.first > 0 && <span>{t('logs.bounded', { count: LOG_LINES })}</span>}
        {!following && <span className={styles.paused}>{t('logs.paused')}</span>}
        {newLines > 0 && (
          <Button size="small" variant="quiet" icon={<ArrowDownToLine />} onClick={() => setFollowing(true)}>
            {t('logs.newLines', { count: newLines })}
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
      </div>
      <span className="visually-hidden" role="status">
        {found.expression !== null && t('search.count', { count: found.count })}
        {following ? '' : format.integer(newLines)}
      </span>
    </div>
  );
}

function CopyLog({ buffer, times }: { buffer: LogBuffer; times: boolean }) {
  const { t } = useI18n();
  const [copied, setCopied] = useState<number | null>(null);
  useEffect(() => {
    if (copied === null) return;
    const timer = setTimeout(() => setCopied(null), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = async () => {
    const selected = document.getSelection()?.toString() ?? '';
    const lines: string[] = [];
    for (let index = buffer.first; selected === '' && index < buffer.end; index++) {
      const entry = buffer.get(index);
      if (entry !== undefined) lines.push(logText(entry, { times, streams: false }));
    }
    await navigator.clipboard.writeText(selected === '' ? lines.join('\n') : selected);
    setCopied(selected === '' ? lines.length : selected.split('\n').length);
  };
  return (
    // The selection goes when the button takes the focus.
    <IconButton
      label={copied === null ? t('logs.copy') : t('logs.copied', { count: copied })}
      onMouseDown={(event) => event.preventDefault()}
      onClick={() => void copy()}
    >
      <Copy />
    </IconButton>
  );
}

function SaveLog({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  const { connection, notices } = useStores();
  const [saved, setSaved] = useState<number | null>(null);
  const saving = useRef<AbortController | null>(null);
  useEffect(() => () => saving.current?.abort(), []);
  const save = async () => {
    saving.current = new AbortController();
    setSaved(0);
    try {
      await saveLog({ connection, machine, onProgress: setSaved }, saving.current.signal);
    } catch (error) {
      notices.tell(connection.problemOf(error), machine.name);
    }
    setSaved(null);
  };
  return (
    <IconButton
      label={saved === null ? t('logs.save') : t('logs.saving', { count: saved })}
      disabled={saved !== null}
      onClick={() => void save()}
    >
      <Download />
    </IconButton>
  );
}

function useFollowedLog({ id, name }: Machine, reading: number): FollowedLog | null {
  const { connection, notices } = useStores();
  const [log, setLog] = useState<FollowedLog | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another reading is another log
  useEffect(() => {
    const opened = new FollowedLog({ connection, id, onProblem: (error) => notices.tell(connection.problemOf(error), name) });
    setLog(opened);
    return () => opened.dispose();
  }, [connection, notices, id, name, reading]);
  return log;
}

/** The buffer's version, at most once a frame however fast lines come. */
function useBufferVersion(buffer: LogBuffer): number {
  const subscribe = useCallback(
    (listener: () => void) => {
      let frame = 0;
      const stop = buffer.subscribe(() => {
        if (frame !== 0) return;
        frame = requestAnimationFrame(() => {
          frame = 0;
          listener();
        });
      });
      return () => {
        stop();
        cancelAnimationFrame(frame);
      };
    },
    [buffer],
  );
  return useSyncExternalStore(subscribe, () => buffer.version);
}

/** A log ends with its machine; when that is started again, its log goes on. */
function useReadAgainAfterStart({ startedAtMs, state }: Machine, ended: boolean, readAgain: () => void): void {
  const openedWith = useRef(startedAtMs);
  useEffect(() => {
    if (ended && state === 'running' && startedAtMs !== openedWith.current) readAgain();
  }, [ended, state, startedAtMs, readAgain]);
}
