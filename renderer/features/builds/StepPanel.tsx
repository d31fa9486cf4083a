import { Pause, Play, TextWrap } from 'lucide-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Build, BuildStep } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { LineDialog } from '../logs/LineDialog.tsx';
import { LogSearchField, SearchProblem } from '../logs/LogSearchField.tsx';
import { LogView } from '../logs/LogView.tsx';
import type { LogQuery } from '../logs/log-query.ts';
import { useFrameVersion } from '../logs/use-frame-version.ts';
import { useLogRows } from '../logs/use-log-rows.ts';
import { useLogSearch } from '../logs/use-log-search.ts';
import { FollowedStepLog } from './followed-step-log.ts';
import styles from './StepPanel.module.css';

/** Lines of the Dockerfile shown around the one that is meant. */
const AROUND = 2;
const NOTHING_HIDDEN: ReadonlySet<number> = new Set();

/** One step: the lines of the Dockerfile that it is made of, why it failed, and its log. */
export function StepPanel({ build, step }: { build: Build; step: BuildStep }) {
  return (
    <section className={styles.panel} aria-label={step.name}>
      <header className={styles.header}>
        <h2 className={styles.title} title={step.name}>
          {step.name}
        </h2>
      </header>
      {step.error !== null && (
        <p role="alert" className={styles.error}>
          {step.error}
        </p>
      )}
      {step.line !== null && build.dockerfile !== null && step.state === 'failed' && (
        <DockerfileExcerpt text={build.dockerfile} name={build.options.dockerfile} line={step.line} />
      )}
      <StepLogView key={step.id} build={build} step={step} />
    </section>
  );
}

/** The line, and some around it. */
function DockerfileExcerpt({ text, name, line }: { text: string; name: string; line: number }) {
  const { t } = useI18n();
  const numbered = text.split('\n').map((code, index) => ({ number: index + 1, code }));
  const shown = numbered.filter(({ number }) => Math.abs(number - line) <= AROUND);
  return (
    <figure className={styles.excerpt}>
      <figcaption className={styles.caption}>{t('builds.lineOf', { line, name })}</figcaption>
      <pre className={styles.code}>
        {shown.map(({ number, code }) => (
          <span key={number} className={styles.codeLine} data-active={number === line}>
            <span className={styles.number}>{number}</span>
            {`${code}\n`}
          </span>
        ))}
      </pre>
    </figure>
  );
}

function StepLogView({ build, step }: { build: Build; step: BuildStep }) {
  const { connection, notices } = useStores();
  const { id } = build;
  const [log, setLog] = useState<FollowedStepLog | null>(null);
  useEffect(() => {
    const onProblem = (error: unknown) => notices.tell(connection.problemOf(error));
    const opened = new FollowedStepLog({ connection, id, step: step.id, onProblem });
    setLog(opened);
    return () => opened.dispose();
  }, [connection, notices, id, step.id]);
  return log === null ? null : <LogLines log={log} step={step} />;
}

function LogLines({ log: { buffer }, step }: { log: FollowedStepLog; step: BuildStep }) {
  const { t } = useI18n();
  useFrameVersion(buffer);
  const [frozenAt, setFrozenAt] = useState<number | null>(null);
  const [wrap, setWrap] = useState(true);
  const [query, setQuery] = useState<LogQuery>({ text: '', regex: false, caseSensitive: false });
  const [onlyMatching, setOnlyMatching] = useState(false);
  const [opened, setOpened] = useState<number | null>(null);
  const topLine = useRef(0);
  const found = useLogSearch(buffer, query, topLine);
  const following = frozenAt === null;
  const end = Math.max(frozenAt ?? buffer.end, buffer.first);
  const shown = useLogRows({ buffer, end, stream: null, hidden: NOTHING_HIDDEN, search: onlyMatching ? found.search : null });
  const setFollowing = useCallback((on: boolean) => setFrozenAt((before) => (on ? null : (before ?? buffer.end))), [buffer]);
  useEffect(() => {
    if (found.active !== null && !onlyMatching) setFollowing(false);
  }, [found.active, onlyMatching, setFollowing]);
  const running = step.state === 'running';
  if (buffer.end === buffer.first) return <p className={styles.empty}>{t(running ? 'builds.noLogYet' : 'builds.noLog')}</p>;
  return (
    <>
      <div className={styles.bar} role="toolbar" aria-label={t('builds.log')}>
        {running && (
          <Button size="small" aria-pressed={following} icon={following ? <Pause /> : <Play />} onClick={() => setFollowing(!following)}>
            {t(following ? 'logs.pause' : 'logs.follow')}
          </Button>
        )}
        <LogSearchField
          query={query}
          onQueryChange={setQuery}
          found={found}
          onlyMatching={onlyMatching}
          onOnlyMatchingChange={setOnlyMatching}
        />
        <IconButton label={t('logs.wrap')} aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
          <TextWrap />
        </IconButton>
      </div>
      <SearchProblem found={found} />
      <LogView
        key={shown.key}
        label={t('builds.logOf', { step: step.name })}
        buffer={buffer}
        rows={shown.rows}
        sources={[]}
        following={following}
        onFollowingChange={setFollowing}
        times={false}
        wrap={wrap}
        matches={found.search?.matches ?? null}
        active={found.active}
        topLine={topLine}
        onOpen={setOpened}
      />
      {opened !== null && <LineDialog entry={buffer.get(opened)} sources={[]} onClose={() => setOpened(null)} />}
    </>
  );
}
