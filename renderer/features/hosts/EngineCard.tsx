import type { Engine } from '../../../backend/contract/index.ts';
import { type MessageKey, useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Badge } from '../../ui/Badge.tsx';
import { KindIcon } from '../../ui/KindIcon.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import styles from './HostsPage.module.css';

const HEALTH: Record<Engine['health']['status'], { dot: 'running' | 'starting' | 'failed'; words: MessageKey & `health.${string}` }> = {
  healthy: { dot: 'running', words: 'health.healthy' },
  connecting: { dot: 'starting', words: 'health.connectingOne' },
  unreachable: { dot: 'failed', words: 'health.unreachable' },
};

export function EngineCard({ engine }: { engine: Engine }) {
  const { t, tDynamic, problem } = useI18n();
  const count = useInventory((inventory) => [...inventory.machines.values()].filter((machine) => machine.engineId === engine.id).length);
  const health = HEALTH[engine.health.status];
  return (
    <article className={styles.engine} data-kind={engine.machineKind} aria-label={engine.name}>
      <header className={styles.engineHead}>
        <KindIcon kind={engine.machineKind} />
        <h3 className={styles.engineName}>{engine.name}</h3>
        {engine.embedded && (
          <Tooltip content={t('hosts.embeddedHelp')}>
            <span>
              <Badge>{t('hosts.embedded')}</Badge>
            </span>
          </Tooltip>
        )}
        {engine.rootless !== null && <Badge>{t(engine.rootless ? 'hosts.rootless' : 'hosts.rootful')}</Badge>}
        <span className={styles.health}>
          <StateDot state={health.dot} />
          {tDynamic('health', health.words.slice('health.'.length))}
        </span>
      </header>
      {engine.health.problem !== null && <p className={styles.problem}>{problem(engine.health.problem)}</p>}
      <dl className={styles.rows}>
        <div>
          <dt>{t('hosts.version')}</dt>
          <dd>{engine.version ?? t('common.notKnown')}</dd>
        </div>
        <div>
          <dt>{t('hosts.endpoint')}</dt>
          <dd>
            <code>{engine.endpoint}</code>
          </dd>
        </div>
        <div>
          <dt>{t(engine.machineKind === 'container' ? 'kind.containers' : 'kind.vms')}</dt>
          <dd>{t('hosts.machines', { count })}</dd>
        </div>
      </dl>
      {engine.machineKind === 'vm' && engine.health.status !== 'unreachable' && <Accelerator engine={engine} />}
    </article>
  );
}

/** What runs the guests, and what became of each trial. */
function Accelerator({ engine: { accelerator } }: { engine: Engine }) {
  const { t, format } = useI18n();
  if (accelerator === null) return <p className={styles.note}>{t('hosts.acceleratorTrying')}</p>;
  const broken = accelerator.trials.find((trial) => trial.ms === null && trial.name !== accelerator.name);
  const name = acceleratorName(accelerator.name);
  return (
    <section className={styles.accelerator}>
      <p>
        <b>{t('hosts.accelerator')}</b>{' '}
        {broken === undefined
          ? t('hosts.acceleratorUsing', { name })
          : t('hosts.acceleratorFallback', { present: acceleratorName(broken.name), name })}
      </p>
      <ul className={styles.trials} aria-label={t('hosts.trials')}>
        {accelerator.trials.map((trial) => (
          <li key={trial.name}>
            <StateDot state={trial.ms === null ? 'failed' : 'running'} />
            <span>{acceleratorName(trial.name)}</span>
            <span className={styles.muted}>
              {trial.ms === null ? t('hosts.trialFailed') : t('hosts.trialWorked', { timing: format.timing(trial.ms) })}
            </span>
            {trial.note !== null && <span className={styles.trialNote}>{trial.note}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Accelerators are written in capitals by those who know them: KVM, TCG, HVF. */
function acceleratorName(name: string): string {
  return name.toUpperCase();
}
