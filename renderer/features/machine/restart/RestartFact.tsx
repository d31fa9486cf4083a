import { useEffect, useState } from 'react';
import type { Engine, Machine, Problem, RestartPolicy, RestartReport } from '../../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../../i18n/index.ts';
import { useStores } from '../../../stores/index.ts';
import { Popover } from '../../../ui/Popover.tsx';
import { Select } from '../../../ui/Select.tsx';
import { TextField } from '../../../ui/TextField.tsx';
import styles from './RestartFact.module.css';

const POLICIES = ['no', 'on-failure', 'always', 'unless-stopped'] as const satisfies readonly RestartPolicy['name'][];

/** The restart policy: what it is, what it means, and the truth about a reboot; changed here where the engine can. */
export function RestartFact({ machine, policy, engine }: { machine: Machine; policy: RestartPolicy; engine: Engine }) {
  const i18n = useI18n();
  const { t } = i18n;
  return (
    <Popover
      title={t('restart.policy', { name: machine.name })}
      trigger={
        <button type="button" className={styles.trigger} aria-label={`${t('restart.label')}: ${policyText(policy, i18n)}`}>
          {policyText(policy, i18n)}
        </button>
      }
    >
      <Policy machine={machine} policy={policy} engine={engine} />
    </Popover>
  );
}

function Policy({ machine, policy, engine }: { machine: Machine; policy: RestartPolicy; engine: Engine }) {
  const { t, problem: sentence } = useI18n();
  const { connection } = useStores();
  const { report, problem, setProblem } = useRestartReport(engine);
  const set = async (next: RestartPolicy) => {
    try {
      await connection.client.restart.setPolicy({ id: machine.id, policy: next });
      setProblem(null);
    } catch (error) {
      setProblem(connection.problemOf(error));
    }
  };
  return (
    <>
      {report?.canChange === true && (
        <div className={styles.fields}>
          <Select
            label={t('restart.policy', { name: machine.name })}
            value={policy.name}
            options={POLICIES.map((name) => ({ value: name, label: t(`restart.${name}`) }))}
            onValueChange={(name) => void set({ name, maximumRetries: 0 })}
          />
          {policy.name === 'on-failure' && (
            <Retries
              key={policy.maximumRetries}
              policy={policy}
              onCommit={(maximumRetries) => void set({ name: 'on-failure', maximumRetries })}
            />
          )}
        </div>
      )}
      <p>{t(`restart.hint.${policy.name}`)}</p>
      {report?.canChange === false && <p className={styles.faint}>{t('restart.fixed', { engine: engine.name })}</p>}
      {report !== null && (
        <p>
          <strong>{t('restart.reboot')}: </strong>
          {rebootText(report, { policy, engine, t })}
        </p>
      )}
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {sentence(problem)}
        </p>
      )}
    </>
  );
}

function Retries({ policy, onCommit }: { policy: RestartPolicy; onCommit: (retries: number) => void }) {
  const { t } = useI18n();
  const shown = policy.maximumRetries === 0 ? '' : String(policy.maximumRetries);
  const [text, setText] = useState(shown);
  const isWrong = !/^\s*\d{0,6}\s*$/.test(text);
  const commit = () => text !== shown && !isWrong && onCommit(Number(text));
  return (
    <TextField
      label={t('restart.retries')}
      placeholder={t('restart.retriesHelp')}
      value={text}
      aria-invalid={isWrong}
      onChange={(event) => setText(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === 'Enter' && commit()}
    />
  );
}

/** Asked whenever it is opened: services are switched on and off by others. */
function useRestartReport(engine: Engine) {
  const { connection } = useStores();
  const [report, setReport] = useState<RestartReport | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    const leaving = new AbortController();
    connection.client.restart.get({ engineId: engine.id }, { signal: leaving.signal }).then(setReport, (error: unknown) => {
      if (!leaving.signal.aborted) setProblem(connection.problemOf(error));
    });
    return () => leaving.abort();
  }, [connection, engine.id]);
  return { report, problem, setProblem };
}

function policyText({ name, maximumRetries }: RestartPolicy, { t }: I18n): string {
  return name === 'on-failure' && maximumRetries > 0 ? t('restart.on-failureUpTo', { count: maximumRetries }) : t(`restart.${name}`);
}

function rebootText(
  { afterReboot: { what, service } }: RestartReport,
  { policy, engine, t }: { policy: RestartPolicy; engine: Engine; t: I18n['t'] },
): string {
  if (policy.name === 'no' || policy.name === 'on-failure') return t('restart.reboot.none');
  return t(`restart.reboot.${what}`, { engine: engine.name, service: service ?? '' });
}
