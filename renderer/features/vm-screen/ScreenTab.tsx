import { CirclePause, MonitorOff, Play } from 'lucide-react';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { hasProcesses, type Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { StartButton } from '../machines/StartButton.tsx';
import { LiveScreen, type Scaling } from './live-screen.ts';
import { ScreenBar } from './ScreenBar.tsx';
import styles from './ScreenTab.module.css';
import { useFullScreen } from './use-full-screen.ts';

/** The screen of a virtual machine, as if one sat before it. */
export function ScreenTab({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  if (hasProcesses(machine.state) || machine.state === 'stopping') {
    // A machine that was started again has another screen.
    return <Screen key={machine.startedAtMs} machine={machine} />;
  }
  return (
    <EmptyState icon={<MonitorOff />} title={t('screen.notRunning', { name: machine.name })} action={<StartButton machine={machine} />}>
      {t('screen.notRunningText')}
    </EmptyState>
  );
}

function Screen({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  const { connection } = useStores();
  const [scaling, setScaling] = useState<Scaling>('fit');
  const [live, setLive] = useState<LiveScreen | null>(null);
  const host = useRef<HTMLDivElement>(null);
  const root = useRef<HTMLElement>(null);
  const fullScreen = useFullScreen();
  const label = t('screen.canvas', { name: machine.name });

  useEffect(() => {
    const place = host.current;
    if (place === null) return;
    const leave = () => root.current?.querySelector<HTMLElement>('button')?.focus();
    const screen = new LiveScreen({ id: machine.id, connection, label, scaling: 'fit', onLeave: leave });
    place.append(screen.element);
    setLive(screen);
    return () => {
      screen.dispose();
      setLive(null);
    };
  }, [machine.id, connection, label]);
  useEffect(() => live?.setScaling(scaling), [live, scaling]);

  return (
    <section
      ref={root}
      className={classNames(styles.tab, fullScreen.isFull && styles.full)}
      aria-label={t('screen.label', { name: machine.name })}
    >
      {live !== null && <ScreenBar machine={machine} live={live} scaling={scaling} onScalingChange={setScaling} fullScreen={fullScreen} />}
      {live !== null && <ScreenNotes machine={machine} live={live} />}
      <div ref={host} className={styles.host} data-scaling={scaling} />
    </section>
  );
}

function ScreenNotes({ machine, live }: { machine: Machine; live: LiveScreen }) {
  const { t, problem: words } = useI18n();
  const { commands } = useStores();
  const { status, problem, typing } = useSyncExternalStore(live.subscribe, () => live.view);
  if (status === 'ended') {
    return (
      <p className={styles.note} role="status">
        <MonitorOff />
        {problem === null ? t('screen.ended') : words(problem)}
        <Button size="small" onClick={() => live.retry()}>
          {t('screen.retry')}
        </Button>
      </p>
    );
  }
  if (status !== 'open') {
    return (
      <p className={styles.note} role="status">
        {status === 'connecting' ? t('screen.connecting') : t('screen.lost')}
      </p>
    );
  }
  if (machine.state === 'paused') {
    return (
      <p className={styles.note} role="status">
        <CirclePause />
        {machine.problem === null ? t('screen.paused') : words(machine.problem)}
        {machine.actions.includes('resume') && (
          <Button size="small" icon={<Play />} onClick={() => void commands.act([machine.id], 'resume')}>
            {t('action.resume')}
          </Button>
        )}
      </p>
    );
  }
  if (typing === null) return null;
  return (
    <p className={styles.note} role="status">
      {t('screen.typing', { done: typing.done, total: typing.total })}
      <Button size="small" onClick={() => live.stopTyping()}>
        {t('screen.stopTyping')}
      </Button>
    </p>
  );
}
