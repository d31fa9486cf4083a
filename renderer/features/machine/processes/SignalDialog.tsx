import { useState } from 'react';
import { type Machine, type MachineProcess, type ProcessSignal, processSignal } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { useStores } from '../../../stores/index.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Select } from '../../../ui/Select.tsx';
import styles from './ProcessesTab.module.css';
import type { ProcessRow } from './process-tree.ts';

/** Named one by one up to here. */
const MOST_NAMED = 6;

/** Which processes, which signal, and what comes of it. */
export function SignalDialog({ machine, rows, onClose }: { machine: Machine; rows: readonly ProcessRow[]; onClose: () => void }) {
  const { t } = useI18n();
  const { connection, notices } = useStores();
  const [chosen, setChosen] = useState<ProcessSignal>('TERM');
  const [busy, setBusy] = useState(false);
  const [first] = rows;
  const name = first?.process.name ?? '';
  const send = async () => {
    setBusy(true);
    for (const { process } of rows) {
      try {
        const { hostPid, startTicks } = process;
        await connection.client.processes.signal({ id: machine.id, hostPid, startTicks, signal: chosen });
      } catch (error) {
        notices.tell(connection.problemOf(error), process.name);
      }
    }
    onClose();
  };
  const numbersOf = ({ pid, hostPid }: MachineProcess) =>
    t(machine.kind === 'container' ? 'processes.numbers' : 'processes.number', { pid: pid ?? '–', hostPid });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={
        rows.length === 1
          ? t('processes.askOne', { name, pid: first?.process.pid ?? first?.process.hostPid ?? 0 })
          : t('processes.askMany', { count: rows.length })
      }
      description={t('processes.askText', { machine: machine.name })}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="danger" disabled={busy} onClick={() => void send()}>
            {t('processes.send', { signal: `SIG${chosen}` })}
          </Button>
        </>
      }
    >
      <ul className={styles.asked}>
        {rows.slice(0, MOST_NAMED).map(({ key, process }) => (
          <li key={key}>
            <code>{process.command}</code> <span>{numbersOf(process)}</span>
          </li>
        ))}
        {rows.length > MOST_NAMED && <li>{t('processes.more', { count: rows.length - MOST_NAMED })}</li>}
      </ul>
      {rows.some(({ process }) => process.pid === 1) && <p className={styles.problem}>{t('processes.first', { machine: machine.name })}</p>}
      <Select
        label={t('processes.signalName')}
        value={chosen}
        options={processSignal.options.map((value) => ({ value, label: `SIG${value}`, hint: t(`processes.signal.${value}`) }))}
        onValueChange={setChosen}
      />
    </Dialog>
  );
}
