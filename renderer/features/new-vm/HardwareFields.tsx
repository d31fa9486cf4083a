import type { Architecture, VmHardware } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from '../fields/fields.module.css';
import { withArchitecture } from './draft.ts';
import { useVmForm } from './form-context.ts';
import { VmField, VmText } from './VmField.tsx';

const ARCHITECTURES = ['x86_64', 'aarch64'] as const;

/** Processors, memory, firmware, and what stands on the board. What the host cannot do says why. */
export function HardwareFields() {
  const { t } = useI18n();
  const { draft, change, replace, abilities } = useVmForm();
  const { architecture } = draft;
  const missing = t('newVm.notHere');
  const architectureHint = (one: Architecture) => {
    if (abilities.architectures[one] !== null) return missing;
    return one === abilities.native ? t('newVm.native') : t('newVm.foreign');
  };
  return (
    <>
      <div className={styles.grid}>
        <VmField label={t('newVm.architecture')} field="architecture" reasons={ARCHITECTURES.map((one) => abilities.architectures[one])}>
          <Select<Architecture>
            label={t('newVm.architecture')}
            value={architecture}
            options={ARCHITECTURES.map((value) => ({
              value,
              label: value,
              hint: architectureHint(value),
              disabled: abilities.architectures[value] !== null,
            }))}
            onValueChange={(next) => replace(withArchitecture(draft, next))}
          />
        </VmField>
        <VmField label={t('newVm.machine')} field="machine">
          <Select
            label={t('newVm.machine')}
            value={architecture === 'aarch64' ? 'virt' : 'q35'}
            options={[
              { value: 'q35', label: 'q35', hint: 'x86_64', disabled: architecture !== 'x86_64' },
              { value: 'virt', label: 'virt', hint: 'aarch64', disabled: architecture !== 'aarch64' },
              { value: 'microvm', label: 'microvm', hint: t('newVm.workloadsOnly'), disabled: true },
            ]}
            onValueChange={() => {}}
          />
        </VmField>
        <VmField label={t('newVm.firmware')} field="firmware" reasons={[abilities.uefi[architecture]]}>
          <Select<VmHardware['firmware']>
            label={t('newVm.firmware')}
            value={draft.firmware}
            options={[
              { value: 'bios', label: 'BIOS', disabled: architecture === 'aarch64' },
              { value: 'uefi', label: 'UEFI', disabled: abilities.uefi[architecture] !== null },
            ]}
            onValueChange={(firmware) => change({ firmware })}
          />
        </VmField>
        <VmField label={t('newVm.tpm')} field="tpm" reasons={[abilities.tpm]}>
          <Select
            label={t('newVm.tpm')}
            value={draft.tpm ? 'yes' : 'no'}
            options={[
              { value: 'no', label: t('newVm.no') },
              { value: 'yes', label: 'TPM 2.0', disabled: abilities.tpm !== null },
            ]}
            onValueChange={(value) => change({ tpm: value === 'yes' })}
          />
        </VmField>
        <VmField label={t('newVm.display')} field="display">
          <Select<VmHardware['display']>
            label={t('newVm.display')}
            value={draft.display}
            options={(['virtio', 'std', 'none'] as const).map((value) => ({ value, label: t(`newVm.display.${value}`) }))}
            onValueChange={(display) => change({ display })}
          />
        </VmField>
        <VmField label={t('newVm.serialPorts')} field="serialPorts">
          <Select
            label={t('newVm.serialPorts')}
            value={String(draft.serialPorts)}
            options={['1', '2', '3', '4'].map((value) => ({ value, label: value }))}
            onValueChange={(value) => change({ serialPorts: Number(value) })}
          />
        </VmField>
      </div>
      <div className={styles.grid}>
        <VmText field="maximumCpus" label={t('newVm.maximumCpus')} placeholder={t('newVm.asMany')} numeric />
        <VmText field="sockets" label={t('newVm.sockets')} placeholder="1" numeric />
        <VmText field="cores" label={t('newVm.cores')} placeholder="1" numeric />
        <VmField label={t('newVm.threads')} field="topology">
          <TextField
            label={t('newVm.threads')}
            inputMode="numeric"
            placeholder="1"
            value={draft.threads}
            onChange={(event) => change({ threads: event.target.value })}
          />
        </VmField>
        <VmText field="pinned" label={t('newVm.pinned', { last: abilities.hostCpus - 1 })} placeholder={t('newVm.all')} />
      </div>
    </>
  );
}
