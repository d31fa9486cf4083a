import { SquareTerminal } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { StackRun } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import type { StackEntry } from './list-stacks.ts';
import styles from './stack.module.css';

const DOTS = { running: 'starting', done: 'running', failed: 'failed', cancelled: 'stopped' } as const;

/** What the last command on the stack wrote, and what it has left when it did not end well. */
export function OutputTab({ entry, run }: { entry: StackEntry; run: StackRun | null }) {
  const { t, problem } = useI18n();
  const output = useRef<HTMLPreElement>(null);
  const lines = run?.lines.length ?? 0;
  useEffect(() => {
    if (lines > 0) output.current?.scrollTo({ top: output.current.scrollHeight });
  }, [lines]);
  if (run === null)
    return (
      <EmptyState icon={<SquareTerminal size={28} />} title={t('run.none')}>
        {t('run.noneText')}
      </EmptyState>
    );
  const text = run.lines.join('\n');
  const count = entry.stack.machines.length;
  return (
    <div className={styles.output}>
      <div className={styles.outputHead}>
        <StateDot state={DOTS[run.state]} />
        <span>{t(`run.${run.state}`)}</span>
        <code className={styles.clipped} title={run.commandLine}>
          {run.commandLine}
        </code>
        <CopyButton text={text} label={t('common.copy')} doneLabel={t('common.copied')} />
      </div>
      {run.problem !== null && (
        <p className={styles.failed} role="alert">
          {problem(run.problem)} {t('run.failedText', { count })}
        </p>
      )}
      {run.state === 'cancelled' && <p className={styles.hint}>{t('run.cancelledText', { count })}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it. */}
      <pre ref={output} className={styles.lines} role="log" aria-label={t('run.output')} tabIndex={0}>
        {text}
      </pre>
    </div>
  );
}
