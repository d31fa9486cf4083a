import { type FormEvent, useState } from 'react';
import type { Machine, VmHardwareReport } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Field } from '../fields/Field.tsx';
import fields from '../fields/fields.module.css';
import styles from './HardwareTab.module.css';
import { refusalOf } from './refusal.ts';
import { type HardwareControl, NO_LABEL } from './use-hardware.ts';

const MIB = 1024 * 1024;

/** Memory that a running guest is left with; the host gets the rest. */
export function BalloonForm({
  machine,
  balloon,
  control,
}: {
  machine: Machine;
  balloon: NonNullable<VmHardwareReport['balloon']>;
  control: HardwareControl;
}) {
  const { t, format } = useI18n();
  const [text, setText] = useState(String(Math.round(balloon.actualBytes / MIB)));
  const memoryBytes = Number(text) * MIB;
  const least = Math.max(balloon.usedBytes ?? 0, 16 * MIB);
  const isPossible = /^\d+$/.test(text) && memoryBytes >= least && memoryBytes <= balloon.maximumBytes;
  const refusal = refusalOf(t, { busy: control.busy, wrong: !isPossible });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void control.apply((client) => client.hardware.setBalloon({ id: machine.id, memoryBytes }));
  };
  return (
    <form className={styles.section} aria-label={t('vmMake.balloon')} onSubmit={submit}>
      <div className={fields.grid}>
        <Field
          label={t('vmMake.balloon')}
          help={t('vmMake.balloonHelp', { least: format.bytes(least), most: format.bytes(balloon.maximumBytes) })}
        >
          <TextField
            label={t('vmMake.balloon')}
            inputMode="numeric"
            aside="MiB"
            aria-invalid={!isPossible}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </Field>
        <Field
          label={NO_LABEL}
          help={
            balloon.usedBytes === null
              ? t('vmMake.balloonActual', { actual: format.bytes(balloon.actualBytes) })
              : t('vmMake.balloonNow', { actual: format.bytes(balloon.actualBytes), used: format.bytes(balloon.usedBytes) })
          }
        >
          <Button type="submit" refusal={refusal}>
            {t('vmMake.balloonSet')}
          </Button>
        </Field>
      </div>
    </form>
  );
}
