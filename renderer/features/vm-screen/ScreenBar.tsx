import { Camera, Check, Keyboard, Maximize, Minimize } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { Segments } from '../../ui/Segments.tsx';
import tab from '../machine/tab.module.css';
import { ClipboardButton } from './ClipboardButton.tsx';
import { CHORDS } from './chords.ts';
import { type LiveScreen, SCALINGS, type Scaling } from './live-screen.ts';
import styles from './ScreenTab.module.css';
import { TypeTextDialog } from './TypeTextDialog.tsx';

export interface ScreenBarProps {
  machine: Machine;
  live: LiveScreen;
  scaling: Scaling;
  onScalingChange: (scaling: Scaling) => void;
  fullScreen: { isFull: boolean; toggle: () => void };
}

export function ScreenBar({ machine, live, scaling, onScalingChange, fullScreen }: ScreenBarProps) {
  const { t } = useI18n();
  const { status, size } = useSyncExternalStore(live.subscribe, () => live.view);
  const [typing, setTyping] = useState(false);
  const isOpen = status === 'open';
  return (
    <div className={classNames(tab.bar, styles.bar)}>
      <Menu
        align="start"
        trigger={
          <Button size="small" variant="quiet" icon={<Keyboard />} disabled={!isOpen}>
            {t('screen.keys')}
          </Button>
        }
        items={[
          { type: 'item', key: 'text', label: t('screen.typeText'), onSelect: () => setTyping(true) },
          { type: 'separator', key: 'line' },
          ...CHORDS.map(({ label, codes }) => ({ type: 'item' as const, key: label, label, onSelect: () => live.sendChord(codes) })),
        ]}
      />
      <ClipboardButton machine={machine} live={live} disabled={!isOpen} />
      <ScreenshotMenu machine={machine} />
      <span className={styles.size}>{size !== null && t('screen.size', size)}</span>
      <span className={tab.tools}>
        <span className={styles.size}>{t('screen.leaveHint')}</span>
        <Segments
          label={t('screen.scaling')}
          value={scaling}
          options={SCALINGS.map((value) => ({ value, label: t(`screen.scaling.${value}`) }))}
          onValueChange={onScalingChange}
        />
        <IconButton label={t(fullScreen.isFull ? 'screen.leaveFull' : 'screen.full')} onClick={fullScreen.toggle}>
          {fullScreen.isFull ? <Minimize /> : <Maximize />}
        </IconButton>
      </span>
      <TypeTextDialog open={typing} onOpenChange={setTyping} live={live} />
    </div>
  );
}

function ScreenshotMenu({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  const { connection, notices } = useStores();
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1500);
    return () => clearTimeout(timer);
  }, [copied]);
  const tell = (error: unknown) => notices.tell(connection.problemOf(error), machine.name);
  const save = () => {
    connection.saveFile((transferId) => connection.client.displays.saveScreenshot({ id: machine.id, transferId })).catch(tell);
  };
  const copy = () => {
    // Asked for within the click, as browsers want it; the picture comes later.
    const png = connection.client.displays.capture({ id: machine.id }).then(({ url }) => pngOf(url));
    navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]).then(() => setCopied(true), tell);
  };
  return (
    <Menu
      align="start"
      trigger={
        <Button size="small" variant="quiet" icon={copied ? <Check /> : <Camera />}>
          {t(copied ? 'common.copied' : 'screen.screenshot')}
        </Button>
      }
      items={[
        { type: 'item', key: 'save', label: t('screen.saveScreenshot'), onSelect: save },
        { type: 'item', key: 'copy', label: t('screen.copyScreenshot'), onSelect: copy },
      ]}
    />
  );
}

/** The page's policy lets nobody fetch a `data:` address. */
function pngOf(url: string): Blob {
  const bytes = Uint8Array.from(atob(url.slice(url.indexOf(',') + 1)), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: 'image/png' });
}
