import { useI18n } from '../../i18n/index.ts';
import { Segments } from '../../ui/Segments.tsx';
import { Field } from '../fields/Field.tsx';
import { HardwareText } from './HardwareText.tsx';
import type { HardwareDraft } from './hardware-draft.ts';
import { useHardwareForm } from './hardware-form.ts';

/** A drive for discs, and what is in it. */
export function DriveFields() {
  const { t } = useI18n();
  const { draft, change } = useHardwareForm();
  return (
    <>
      <Field label={t('newVm.cdrom')} field="cdrom">
        <Segments<HardwareDraft['cdrom']>
          label={t('newVm.cdrom')}
          value={draft.cdrom}
          options={(['none', 'empty', 'disc'] as const).map((value) => ({ value, label: t(`newVm.cdrom.${value}`) }))}
          onValueChange={(cdrom) => change({ cdrom })}
        />
      </Field>
      {draft.cdrom === 'disc' && <HardwareText of="cdromPath" label={t('newVm.discFile')} placeholder="/home/me/disc.iso" wide />}
    </>
  );
}
