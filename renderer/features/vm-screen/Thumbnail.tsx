import { Monitor } from 'lucide-react';
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Link } from 'wouter';
import type { Machine, MachineId, Picture } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { classNames } from '../../ui/class-names.ts';
import { machineUrl } from '../machine/machine-url.ts';
import styles from './Thumbnail.module.css';

/** What the machine's screen shows, in small; leads to the screen. Nothing for machines that have none. */
export function Thumbnail({ machine, size }: { machine: Machine; size: 'row' | 'card' }) {
  if (machine.vm?.display !== true || (machine.state !== 'running' && machine.state !== 'paused')) return null;
  return <Live machine={machine} size={size} />;
}

function Live({ machine, size }: { machine: Machine; size: 'row' | 'card' }) {
  const { t } = useI18n();
  const place = useRef<HTMLAnchorElement>(null);
  const isSeen = useIsSeen(place);
  const picture = usePicture(machine.id, isSeen);
  return (
    <Link
      ref={place}
      href={machineUrl(machine.id, 'screen')}
      className={classNames(styles.frame, styles[size])}
      aria-label={t('screen.thumbnail', { name: machine.name })}
      title={t('screen.thumbnail', { name: machine.name })}
    >
      {picture === null ? <Monitor /> : <img src={picture.url} alt="" />}
    </Link>
  );
}

/** A list is longer than its window, and nobody looks at what is outside. */
function useIsSeen(place: { current: Element | null }): boolean {
  const [isSeen, setSeen] = useState(false);
  useEffect(() => {
    const { current } = place;
    if (current === null) return;
    const observer = new IntersectionObserver((entries) => setSeen(entries.at(-1)?.isIntersecting === true));
    observer.observe(current);
    return () => observer.disconnect();
  }, [place]);
  return isSeen;
}

function usePicture(id: MachineId, isSeen: boolean): Picture | null {
  const { thumbnails } = useStores();
  const subscribe = useCallback((listener: () => void) => (isSeen ? thumbnails.watch(id, listener) : () => {}), [thumbnails, id, isSeen]);
  return useSyncExternalStore(subscribe, () => thumbnails.picture(id));
}
