import { useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Logo } from '../../ui/Logo.tsx';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { RunningTasks } from '../tasks/RunningTasks.tsx';
import styles from './FirstRun.module.css';
import { useRunnableImages } from './RunBar.tsx';

/** Nothing runs yet: what this is, in one sentence, and one button. */
export function FirstRun() {
  const { t } = useI18n();
  const { commands } = useStores();
  const containers = useAvailability('container');
  const vms = useAvailability('vm');
  const [image] = useRunnableImages();
  const [busy, setBusy] = useState(false);
  const start = async () => {
    setBusy(true);
    const engine = containers.available ? containers.engines.find((one) => one.facets.includes('images')) : undefined;
    const id = image?.id ?? (engine === undefined ? null : await commands.buildStarter(engine.id));
    if (id !== null) await commands.run(id, ['container', 'vm']);
    setBusy(false);
  };
  const looking = [containers, vms].some((one) => !one.available && one.problem === null);
  const missing = [!containers.available && ('container' as const), !vms.available && ('vm' as const)].filter((kind) => kind !== false);
  return (
    <section className={styles.first}>
      <Sea />
      <Logo size={88} />
      <h2 className={styles.title}>{t('first.title')}</h2>
      <p className={styles.text}>{t('first.text')}</p>
      {looking ? (
        <p className={styles.looking} role="status">
          {t('first.looking')}
        </p>
      ) : missing.length === 0 ? (
        <Button variant="primary" className={styles.button} disabled={busy} onClick={() => void start()}>
          {image === undefined ? t('first.buildAndRun') : t('first.runBoth', { image: image.names[0] ?? '' })}
        </Button>
      ) : (
        <div className={styles.problems}>
          {missing.map((kind) => {
            const availability = kind === 'container' ? containers : vms;
            return <EngineProblem key={kind} kind={kind} problem={availability.available ? null : availability.problem} />;
          })}
        </div>
      )}
      <RunningTasks />
    </section>
  );
}

/** The water line under both hulls. */
function Sea() {
  return (
    <svg className={styles.sea} viewBox="0 0 1200 120" preserveAspectRatio="none" aria-hidden="true">
      <linearGradient id="sea">
        <stop offset="0" className={styles.port} />
        <stop offset="0.5" className={styles.middle} />
        <stop offset="1" className={styles.starboard} />
      </linearGradient>
      <path fill="url(#sea)" opacity="0.5" d="M0 30C150 8 250 8 400 26s250 22 400 4 250-22 400 0v90H0z" />
      <path fill="url(#sea)" d="M0 52c150 18 250 18 400 2s250-18 400 0 250 20 400 2v64H0z" />
    </svg>
  );
}
