import { type FormEvent, useState } from 'react';
import type { Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { type FieldWords, FieldWordsProvider } from '../fields/field-words.ts';
import { issueWords } from '../vm-fields/issue-words.ts';
import { VmPortRows } from '../vm-fields/VmPortRows.tsx';
import { portRowsOf, readPortRows } from '../vm-fields/vm-ports.ts';
import styles from './HardwareTab.module.css';
import { refusalOf } from './refusal.ts';
import type { HardwareControl } from './use-hardware.ts';

/** Forwards of a machine on a user network. @param of.isLive it runs, and a change counts at once */
export function PortsForm({ machine, isLive, control }: { machine: Machine; isLive: boolean; control: HardwareControl }) {
  const { t } = useI18n();
  const [rows, setRows] = useState(() => portRowsOf(machine.ports));
  const { ports, issues } = readPortRows(rows);
  const isSame = JSON.stringify(readPortRows(portRowsOf(machine.ports)).ports) === JSON.stringify(ports);
  const refusal = refusalOf(t, { busy: control.busy, wrong: issues.length > 0, same: isSame });
  const words: FieldWords = {
    issue: issueWords(t, issues),
    note: (field) => (isLive && field === 'ports' ? t('vmMake.now') : null),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void control.apply((client) => client.machines.setPorts({ id: machine.id, ports }));
  };
  return (
    <form className={styles.section} aria-label={t('newVm.ports')} onSubmit={submit}>
      <FieldWordsProvider value={words}>
        <VmPortRows rows={rows} onChange={setRows} engineId={machine.engineId} machineId={machine.id} />
      </FieldWordsProvider>
      <div className={styles.foot}>
        <Button type="submit" refusal={refusal}>
          {t('vmMake.portsApply')}
        </Button>
      </div>
    </form>
  );
}
