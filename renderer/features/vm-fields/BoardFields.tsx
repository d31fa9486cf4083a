import type { Architecture, MachineType, VmHardware } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Select } from '../../ui/Select.tsx';
import { Field } from '../fields/Field.tsx';
import styles from '../fields/fields.module.css';
import { machineChange } from './hardware-draft.ts';
import { useHardwareForm } from './hardware-form.ts';

/** Firmware, and what stands on the board. What the host cannot do says why. @param of.onArchitecture null: it is made already */
export function BoardFields({ onArchitecture }: { onArchitecture: ((next: Architecture) => void) | null }) {
  const { t } = useI18n();
  const { draft, change, abilities } = useHardwareForm();
  const { architecture } = draft;
  const isMicrovm = draft.machine === 'microvm';
  return (
    <div className={styles.grid}>
      <ArchitectureField onChange={onArchitecture} />
      <Field label={t('newVm.machine')} field="machine" reasons={architecture === 'x86_64' ? [abilities.microvm] : []}>
        <Select<MachineType>
          label={t('newVm.machine')}
          value={draft.machine}
          options={[
            { value: 'q35', label: 'q35', hint: 'x86_64', disabled: architecture !== 'x86_64' },
            {
              value: 'microvm',
              label: 'microvm',
              hint: t(abilities.microvm === null ? 'newVm.microvm' : 'newVm.notHere'),
              disabled: architecture !== 'x86_64' || abilities.microvm !== null,
            },
            { value: 'virt', label: 'virt', hint: 'aarch64', disabled: architecture !== 'aarch64' },
          ]}
          onValueChange={(machine) => change(machineChange(machine))}
        />
        {isMicrovm && <p className={styles.help}>{t('newVm.microvmHelp')}</p>}
      </Field>
      <Field label={t('newVm.firmware')} field="firmware" reasons={[abilities.uefi[architecture]]}>
        <Select<VmHardware['firmware']>
          label={t('newVm.firmware')}
          value={draft.firmware}
          options={[
            { value: 'bios', label: 'BIOS', disabled: architecture === 'aarch64' },
            { value: 'uefi', label: 'UEFI', disabled: isMicrovm || abilities.uefi[architecture] !== null },
          ]}
          onValueChange={(firmware) => change({ firmware })}
        />
      </Field>
      <Field label={t('newVm.tpm')} field="tpm" reasons={[abilities.tpm]}>
        <Select
          label={t('newVm.tpm')}
          value={draft.tpm ? 'yes' : 'no'}
          options={[
            { value: 'no', label: t('newVm.no') },
            { value: 'yes', label: 'TPM 2.0', disabled: isMicrovm || abilities.tpm !== null },
          ]}
          onValueChange={(value) => change({ tpm: value === 'yes' })}
        />
      </Field>
      <Field label={t('newVm.bootFrom')} field="bootFrom">
        <Select<VmHardware['bootFrom']>
          label={t('newVm.bootFrom')}
          value={draft.bootFrom}
          options={(['disk', 'cdrom', 'network'] as const).map((value) => ({ value, label: t(`newVm.bootFrom.${value}`) }))}
          onValueChange={(bootFrom) => change({ bootFrom })}
        />
      </Field>
      <Field label={t('newVm.display')} field="display">
        <Select<VmHardware['display']>
          label={t('newVm.display')}
          value={draft.display}
          options={(['virtio', 'std', 'none'] as const).map((value) => ({ value, label: t(`newVm.display.${value}`) }))}
          onValueChange={(display) => change({ display })}
        />
      </Field>
      <Field label={t('newVm.serialPorts')} field="serialPorts">
        <Select
          label={t('newVm.serialPorts')}
          value={String(draft.serialPorts)}
          options={['1', '2', '3', '4'].map((value) => ({ value, label: value }))}
          onValueChange={(value) => change({ serialPorts: Number(value) })}
        />
      </Field>
    </div>
  );
}

const ARCHITECTURES = ['x86_64', 'aarch64'] as const;

function ArchitectureField({ onChange }: { onChange: ((next: Architecture) => void) | null }) {
  const { t } = useI18n();
  const { draft, abilities } = useHardwareForm();
  const label = t('newVm.architecture');
  const hint = (one: Architecture) => {
    if (abilities.architectures[one] !== null) return t('newVm.notHere');
    return one === abilities.native ? t('newVm.native') : t('newVm.foreign');
  };
  const options = ARCHITECTURES.map((value) => ({
    value,
    label: value,
    hint: hint(value),
    disabled: abilities.architectures[value] !== null,
  }));
  if (onChange === null) {
    return (
      <Field
        label={label}
        field="architecture"
        help={t('vmMake.architectureStays')}
        reasons={[abilities.architectures[draft.architecture]]}
      >
        <Select<Architecture> label={label} value={draft.architecture} options={options} onValueChange={() => {}} disabled />
      </Field>
    );
  }
  return (
    <Field label={label} field="architecture" reasons={ARCHITECTURES.map((one) => abilities.architectures[one])}>
      <Select<Architecture> label={label} value={draft.architecture} options={options} onValueChange={onChange} />
    </Field>
  );
}
