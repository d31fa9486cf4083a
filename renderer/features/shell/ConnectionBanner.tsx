import { Unplug } from 'lucide-react';
import { useI18n } from '../../i18n/index.ts';
import { useConnectionState, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import styles from './ConnectionBanner.module.css';

/** Says when the backend is gone; the page keeps its last picture and comes back by itself. */
export function ConnectionBanner() {
  const { t, problem } = useI18n();
  const { connection } = useStores();
  const state = useConnectionState();
  if (state.status !== 'lost' && state.status !== 'outdated') return <div role="status" />;
  return (
    <div role="status" className={styles.banner}>
      <Unplug size={16} />
      <span className={styles.words}>{state.problem.reason === 'backendLost' ? t('connection.lost') : problem(state.problem)}</span>
      {state.status === 'lost' ? (
        <Button size="small" onClick={() => connection.retryNow()}>
          {t('connection.retry')}
        </Button>
      ) : (
        <Button size="small" onClick={() => location.reload()}>
          {t('common.reload')}
        </Button>
      )}
    </div>
  );
}
