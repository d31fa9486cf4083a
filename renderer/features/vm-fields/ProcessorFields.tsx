import { useI18n } from '../../i18n/index.ts';
import styles from '../fields/fields.module.css';
import { HardwareText } from './HardwareText.tsx';
import { useHardwareForm } from './hardware-form.ts';

/** Room for processors, their places, and where on the host they run. */
export function ProcessorFields() {
  const { t } = useI18n();
  const { abilities } = useHardwareForm();
  return (
    <div className={styles.grid}>
      <HardwareText of="maximumCpus" label={t('newVm.maximumCpus')} placeholder={t('newVm.asMany')} numeric />
      <HardwareText of="sockets" label={t('newVm.sockets')} placeholder="1" numeric />
      <HardwareText of="cores" label={t('newVm.cores')} placeholder="1" numeric />
      <HardwareText of="threads" field="topology" label={t('newVm.threads')} placeholder="1" numeric />
      <HardwareText of="pinned" label={t('newVm.pinned', { last: abilities.hostCpus - 1 })} placeholder={t('newVm.all')} />
    </div>
  );
}
