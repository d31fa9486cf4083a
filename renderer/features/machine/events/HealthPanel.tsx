import { type HealthReport, type Machine, splitId } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { useInventory, useReading } from '../../../stores/index.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { HealthMark } from '../../machines/HealthMark.tsx';
import styles from './EventsTab.module.css';

const ASK_EVERY_MS = 3000;

/** What the health check is and what it last said; nothing without one. */
export function HealthPanel({ machine }: { machine: Machine }) {
  const { t, format } = useI18n();
  const report = useHealth(machine);
  if (report === null) return null;
  const podmanOnly = report.outputs.length === 0;
  return (
    <section className={styles.health} aria-label={t('check.title')}>
      <header className={styles.healthHead}>
        <h2>{t('check.title')}</h2>
        <HealthMark health={report.status} words />
        {report.failingStreak > 0 && <span className={styles.failing}>{t('check.failing', { count: report.failingStreak })}</span>}
        {report.intervalMs !== null && (
          <span className={styles.faint}>
            {t('check.every', { duration: (report.intervalMs < 1000 ? format.timing : format.duration)(report.intervalMs) })}
          </span>
        )}
        <code className={styles.command} title={t('check.command')}>
          {report.command.join(' ')}
        </code>
        <CopyButton text={report.command.join(' ')} label={t('common.copy')} doneLabel={t('common.copied')} />
      </header>
      {podmanOnly ? (
        <p className={styles.faint}>
          {t('check.noOutputs')} {machine.state === 'running' && t('check.noOutputsText')}
        </p>
      ) : (
        <ol className={styles.outputs} aria-label={t('check.outputs')}>
          {report.outputs.map((output) => (
            <li key={`${output.startedAtMs} ${output.endedAtMs}`} data-failed={output.exitCode !== 0}>
              <span className={styles.faint}>{format.timeOfDay(output.startedAtMs)}</span>
              <span className={styles.exit}>{t('check.exit', { exitCode: output.exitCode })}</span>
              <span className={styles.faint}>
                {output.startedAtMs !== null &&
                  output.endedAtMs !== null &&
                  t('check.took', { duration: format.timing(output.endedAtMs - output.startedAtMs) })}
              </span>
              <pre>{output.output.trimEnd() || t('check.noOutput')}</pre>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

/** The engine tells of a change, but not of every run: it is asked while it is looked at. */
function useHealth({ id, state, health }: Machine): HealthReport | null {
  const checks = useInventory(({ engines }) => engines.get(splitId(id).engineId)?.facets.includes('health') === true);
  // A machine that is gone, or an engine that is away, is told where that is shown.
  const { value } = useReading((client, signal) => client.health.get({ id }, { signal }), {
    of: checks ? id : null,
    // One that does not run, or has no check, says nothing new.
    everyMs: health === null ? null : ASK_EVERY_MS,
    upon: state,
  });
  return value;
}
