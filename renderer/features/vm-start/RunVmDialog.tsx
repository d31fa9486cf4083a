import { useState } from 'react';
import type { Image, StartWay } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useSettings, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { imageTitle } from '../images/list-images.ts';
import { START_WAYS } from './start-ways.ts';
import styles from './vm-start.module.css';

/** Which way the virtual machine is to start, with what each way does and does not do. */
export function RunVmDialog({ image, onClose }: { image: Image; onClose: () => void }) {
  const { t } = useI18n();
  const { commands } = useStores();
  const { vmStart } = useSettings();
  const [way, setWay] = useState<StartWay>(vmStart);
  const run = () => {
    void commands.run(image.id, ['vm'], { startWay: way });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('vmStart.runTitle', { image: imageTitle(image, t('images.dangling')) })}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" onClick={run}>
            {t('vmStart.run')}
          </Button>
        </>
      }
    >
      <div className={styles.choice}>
        <Segments
          label={t('vmStart.label')}
          value={way}
          options={START_WAYS.map((value) => ({ value, label: t(`vmStart.${value}`) }))}
          onValueChange={setWay}
        />
        <p>{t(`vmStart.${way}Text`)}</p>
        {way !== 'boot' && <p className={styles.faint}>{t('vmStart.fallback')}</p>}
      </div>
    </Dialog>
  );
}
