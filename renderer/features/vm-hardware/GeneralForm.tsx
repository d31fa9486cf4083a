import { type FormEvent, useState } from 'react';
import { type Machine, type VmAutostart, vmName } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Field } from '../fields/Field.tsx';
import fields from '../fields/fields.module.css';
import styles from './HardwareTab.module.css';
import { refusalOf } from './refusal.ts';
import { type HardwareControl, NO_LABEL } from './use-hardware.ts';

/** Its name, and whether it starts with Catamaran. Both count at once. */
export function GeneralForm({ machine, autostart, control }: { machine: Machine; autostart: VmAutostart; control: HardwareControl }) {
  const { t } = useI18n();
  const { id } = machine;
  const [name, setName] = useState(machine.name);
  const [order, setOrder] = useState(String(autostart.order));
  const [delay, setDelay] = useState(String(autostart.delaySeconds));
  const plan = { enabled: autostart.enabled, order: Number(order), delaySeconds: Number(delay) };
  const isPlan = /^\d{1,3}$/.test(order) && /^\d{1,4}$/.test(delay) && plan.delaySeconds <= 3600;
  const isOther = plan.order !== autostart.order || plan.delaySeconds !== autostart.delaySeconds;
  const { busy } = control;
  const isName = vmName.safeParse(name).success;
  const rename = (event: FormEvent) => {
    event.preventDefault();
    void control.apply((client) => client.hardware.rename({ id, name }));
  };
  const setAutostart = (next: VmAutostart) => control.apply((client) => client.hardware.setAutostart({ id, autostart: next }));
  return (
    <section className={styles.section} aria-label={t('vmMake.general')}>
      <form className={fields.grid} onSubmit={rename}>
        <Field label={t('vmMake.name')} help={t('vmMake.nameHelp')}>
          <TextField label={t('vmMake.name')} value={name} onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={NO_LABEL}>
          <Button type="submit" refusal={isName ? refusalOf(t, { busy, same: name === machine.name }) : t('newVm.issue.name')}>
            {t('vmMake.rename')}
          </Button>
        </Field>
      </form>
      <div className={fields.grid}>
        <Field label={t('vmMake.autostart')} help={t('vmMake.autostartHelp')}>
          <Switch
            label={t('vmMake.autostart')}
            checked={autostart.enabled}
            onCheckedChange={(enabled) => void setAutostart({ ...autostart, enabled })}
          />
        </Field>
        {autostart.enabled && (
          <>
            <Field label={t('vmMake.order')} help={t('vmMake.orderHelp')}>
              <TextField label={t('vmMake.order')} inputMode="numeric" value={order} onChange={(event) => setOrder(event.target.value)} />
            </Field>
            <Field label={t('vmMake.delay')}>
              <TextField label={t('vmMake.delay')} inputMode="numeric" value={delay} onChange={(event) => setDelay(event.target.value)} />
            </Field>
          </>
        )}
      </div>
      {autostart.enabled && isOther && (
        <div className={styles.foot}>
          <Button refusal={refusalOf(t, { busy, wrong: !isPlan })} onClick={() => void setAutostart(plan)}>
            {t('vmMake.save')}
          </Button>
        </div>
      )}
    </section>
  );
}
