import { useI18n } from '../../i18n/index.ts';
import { Progress } from '../../ui/Progress.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import styles from './guest-images.module.css';
import type { GuestImageRow } from './list-guest-images.ts';

/** Ready, or how far it is, or why it stands still. */
export function GuestImageState({ image, task }: GuestImageRow) {
  const i18n = useI18n();
  const { t, tDynamic, format } = i18n;
  if (image.state === 'ready') return <span>{t('guestImages.state.ready')}</span>;
  if (image.state === 'paused') {
    const words = t('guestImages.state.paused', { bytes: format.bytes(image.sizeBytes) });
    return (
      <span className={styles.state} title={image.problem === null ? words : i18n.problem(image.problem)}>
        <StateDot state={image.problem === null ? 'paused' : 'failed'} />
        <span className={styles.words}>{image.problem === null ? words : i18n.problem(image.problem)}</span>
      </span>
    );
  }
  const facts = [
    task?.step == null ? t('guestImages.state.preparing') : tDynamic('step', task.step),
    task?.progress == null ? null : format.percent(task.progress),
    task?.bytesPerSecond == null ? null : format.bytesPerSecond(task.bytesPerSecond),
  ].filter((fact) => fact !== null);
  return (
    <span className={styles.progress} title={facts.join(' · ')}>
      <span className={styles.words}>{facts.join(' · ')}</span>
      <Progress value={task?.progress ?? null} label={t('guestImages.progressOf', { name: image.name })} />
    </span>
  );
}
