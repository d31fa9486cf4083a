import type { VmNetwork } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Select } from '../../ui/Select.tsx';
import { Field } from '../fields/Field.tsx';
import styles from '../fields/fields.module.css';
import { HardwareText } from './HardwareText.tsx';
import { useHardwareForm } from './hardware-form.ts';

/** Which network the machine is on, and its card. */
export function NetworkFields() {
  const { t, problem } = useI18n();
  const { draft, change, abilities } = useHardwareForm();
  const devices = { bridge: abilities.bridges, tap: abilities.taps };
  const usable = (type: 'bridge' | 'tap') => devices[type].some(({ ability }) => ability === null);
  const kinds: VmNetwork['type'][] = ['user', 'bridge', 'tap', 'none'];
  const disabled = (type: VmNetwork['type']) => (type === 'bridge' || type === 'tap') && !usable(type);
  const hint = (type: VmNetwork['type']) => (disabled(type) ? { hint: t('newVm.notHere') } : {});
  return (
    <>
      <div className={styles.grid}>
        <Field label={t('newVm.network')} field="network">
          <Select<VmNetwork['type']>
            label={t('newVm.network')}
            value={draft.network}
            options={kinds.map((value) => ({ value, label: t(`newVm.network.${value}`), disabled: disabled(value), ...hint(value) }))}
            onValueChange={(network) => change({ network })}
          />
        </Field>
        {(draft.network === 'bridge' || draft.network === 'tap') && <DeviceField type={draft.network} />}
        {draft.network !== 'none' && <HardwareText of="macAddress" label={t('newVm.mac')} placeholder={t('newVm.madeUp')} />}
        {draft.network !== 'none' && (
          <Field label={t('newVm.link')} field="linkUp">
            <Select
              label={t('newVm.link')}
              value={draft.linkUp ? 'up' : 'down'}
              options={(['up', 'down'] as const).map((value) => ({ value, label: t(`newVm.link.${value}`) }))}
              onValueChange={(value) => change({ linkUp: value === 'up' })}
            />
          </Field>
        )}
      </div>
      {/* What is said of one of them holds for all. */}
      {(['bridge', 'tap'] as const).map((type) => {
        const refusal = usable(type) ? null : (devices[type][0]?.ability ?? null);
        return (
          refusal !== null && (
            <p key={type} className={styles.help}>
              {problem(refusal)}
            </p>
          )
        );
      })}
      {abilities.bridges.length === 0 && <p className={styles.help}>{t('newVm.noBridges')}</p>}
    </>
  );
}

function DeviceField({ type }: { type: 'bridge' | 'tap' }) {
  const { t } = useI18n();
  const { draft, change, abilities } = useHardwareForm();
  const devices = type === 'bridge' ? abilities.bridges : abilities.taps;
  const chosen = draft[type];
  const options = devices.map(({ name, ability }) => ({ value: name, label: name, disabled: ability !== null }));
  // The host may have lost it since the machine was made.
  if (chosen !== '' && !devices.some(({ name }) => name === chosen)) {
    options.push({ value: chosen, label: t('newVm.deviceGone', { device: chosen }), disabled: true });
  }
  return (
    <Field label={t(`newVm.${type}`)} field={type} reasons={devices.map(({ ability }) => ability)}>
      <Select
        label={t(`newVm.${type}`)}
        value={chosen === '' ? null : chosen}
        placeholder={t('newVm.choose')}
        options={options}
        onValueChange={(name) => change({ [type]: name })}
      />
    </Field>
  );
}
