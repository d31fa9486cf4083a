import type { MachineDisk, MachineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useReading } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { mountsOn } from './mounts-on.ts';
import styles from './vm-disks.module.css';

/** So that what is unmounted meanwhile goes from the list. */
const READ_EVERY_MS = 3000;

export interface DetachDialogProps {
  disk: MachineDisk;
  /** The guest has the disk now. */
  isRunning: boolean;
  machineId: MachineId;
  onDetach: () => void;
  onClose: () => void;
}

/** Says what the guest loses with the disk, as far as that can be known. */
export function DetachDialog({ disk, isRunning, machineId, onDetach, onClose }: DetachDialogProps) {
  const { t } = useI18n();
  const goesNow = isRunning && disk.hotPluggable;
  const { value: report, problem } = useReading((client, signal) => client.guest.get({ id: machineId }, { signal }), {
    of: goesNow ? machineId : null,
    everyMs: READ_EVERY_MS,
  });
  const mounts = report === null || problem !== null ? null : mountsOn(report, disk.id);
  const isAsking = report === null && problem === null;
  const isMounted = goesNow && mounts !== null && mounts.length > 0;
  const fact = () => {
    if (!isRunning) return t('disks.detachStopped');
    if (!goesNow) return t('disks.detachLater');
    if (isAsking) return t('disks.detachAsking');
    if (mounts === null) return t('disks.detachUnknown');
    return mounts.length === 0 ? t('disks.detachUnmounted') : t('disks.detachMounted');
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('disks.detachTitle', { disk: disk.id })}
      description={t('disks.detachText')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button
            variant="danger"
            onClick={() => {
              onClose();
              onDetach();
            }}
          >
            {t(isMounted ? 'disks.detachAnyway' : 'disks.detach')}
          </Button>
        </>
      }
    >
      <div role="status" className={isMounted ? styles.warning : undefined}>
        <p>{fact()}</p>
        {isMounted && (
          <ul className={styles.mounts}>
            {mounts.map((mount) => (
              <li key={mount}>
                <code>{mount}</code>
              </li>
            ))}
          </ul>
        )}
      </div>
    </Dialog>
  );
}
