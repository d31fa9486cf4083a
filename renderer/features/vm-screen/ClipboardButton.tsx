import { ClipboardCopy, ClipboardPaste } from 'lucide-react';
import { useState, useSyncExternalStore } from 'react';
import type { GuestClipboard, Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Popover } from '../../ui/Popover.tsx';
import styles from './ClipboardButton.module.css';
import type { LiveScreen } from './live-screen.ts';

/**
 * The two clipboards, each passed on by a press and never by itself: what a guest copies must not land in what a person pastes
 * elsewhere, and what a person copied elsewhere is not the guest's business.
 */
export function ClipboardButton({ machine, live, disabled }: { machine: Machine; live: LiveScreen; disabled: boolean }) {
  const { t } = useI18n();
  const { connection, notices } = useStores();
  const [guest, setGuest] = useState<GuestClipboard | null>(null);
  const look = () => {
    connection.client.displays
      .clipboard({ id: machine.id })
      .then(setGuest, (error) => notices.tell(connection.problemOf(error), machine.name));
  };
  return (
    <Popover
      title={t('screen.clipboard')}
      trigger={
        <Button size="small" variant="quiet" icon={<ClipboardPaste />} disabled={disabled} onClick={look}>
          {t('screen.clipboard')}
        </Button>
      }
    >
      <div className={styles.body}>
        {guest === 'ready' ? <Shared live={live} /> : guest !== null && <p className={styles.text}>{t(`screen.clipboard.${guest}`)}</p>}
      </div>
    </Popover>
  );
}

function Shared({ live }: { live: LiveScreen }) {
  const { t } = useI18n();
  const { guestText } = useSyncExternalStore(live.subscribe, () => live.view);
  const [said, setSaid] = useState<'given' | 'copied' | 'denied' | 'tooLong' | null>(null);
  const give = async () => {
    const text = await navigator.clipboard.readText().catch(() => null);
    if (text === null) return setSaid('denied');
    setSaid(live.giveClipboard(text) ? 'given' : 'tooLong');
  };
  const take = async (text: string) => {
    await navigator.clipboard.writeText(text).then(
      () => setSaid('copied'),
      () => setSaid('denied'),
    );
  };
  return (
    <>
      <Button icon={<ClipboardPaste />} onClick={() => void give()}>
        {t('screen.clipboard.give')}
      </Button>
      <p className={styles.text}>{guestText === null ? t('screen.clipboard.nothing') : t('screen.clipboard.guestText')}</p>
      {guestText !== null && (
        <>
          <pre className={styles.sample}>{guestText.slice(0, 2000)}</pre>
          <Button icon={<ClipboardCopy />} onClick={() => void take(guestText)}>
            {t('screen.clipboard.take')}
          </Button>
        </>
      )}
      <p className={styles.text} role="status">
        {said !== null && t(`screen.clipboard.${said}`)}
      </p>
    </>
  );
}
