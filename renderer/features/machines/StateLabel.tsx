import type { Machine } from '../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../i18n/index.ts';
import { StateDot } from '../../ui/StateDot.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { HealthMark } from './HealthMark.tsx';
import styles from './StateLabel.module.css';

/** The state in words, with how far it is or how it ended. */
export function stateWords(machine: Machine, { t, format }: I18n): string {
  if (machine.state === 'creating' && machine.progress !== null)
    return t('state.creatingAt', { percent: format.percent(machine.progress) });
  if (machine.state === 'stopped' && machine.exitCode !== null && machine.exitCode !== 0) {
    return t('state.exited', { exitCode: machine.exitCode });
  }
  return t(`state.${machine.state}`);
}

/** Shape, colour and word, and what its health check says; the reason of a failure on hover and focus. */
export function StateLabel({ machine }: { machine: Machine }) {
  const i18n = useI18n();
  const label = (
    <span className={styles.state} data-state={machine.state}>
      <StateDot state={machine.state} />
      <span className={styles.words}>{stateWords(machine, i18n)}</span>
    </span>
  );
  const explained = machine.problem === null ? label : <Tooltip content={i18n.problem(machine.problem)}>{label}</Tooltip>;
  if (machine.health === null) return explained;
  return (
    <span className={styles.withHealth}>
      {explained}
      <HealthMark health={machine.health} />
    </span>
  );
}
