import { HeartCrack, HeartPulse } from 'lucide-react';
import type { Health } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Tooltip } from '../../ui/Tooltip.tsx';
import styles from './StateLabel.module.css';

/** What the health check says: a shape and a colour, and the word beside it or on hover. */
export function HealthMark({ health, words = false }: { health: Health; words?: boolean }) {
  const { t } = useI18n();
  const label = t('check.is', { state: t(`check.${health}`) });
  const icon = health === 'unhealthy' ? <HeartCrack size={14} /> : <HeartPulse size={14} />;
  if (words) {
    return (
      <span className={styles.health} data-health={health}>
        {icon}
        {t(`check.${health}`)}
      </span>
    );
  }
  return (
    <Tooltip content={label}>
      <span className={styles.health} data-health={health} role="img" aria-label={label}>
        {icon}
      </span>
    </Tooltip>
  );
}
