import { type FormEvent, useState } from 'react';
import type { Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Segments } from '../../ui/Segments.tsx';
import styles from './snapshots.module.css';
import { useSnapshotCommands } from './use-snapshots.ts';
import { Words } from './Words.tsx';

export function TakeDialog({ machine, count, onClose }: { machine: Machine; count: number; onClose: () => void }) {
  const { t } = useI18n();
  const commands = useSnapshotCommands(machine);
  const [name, setName] = useState(t('snapshots.proposal', { number: count + 1 }));
  const [description, setDescription] = useState('');
  const [what, setWhat] = useState<'memory' | 'disks'>('memory');
  const runs = machine.state === 'running' || machine.state === 'paused';
  const take = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() === '') return;
    onClose();
    void commands.take({ name: name.trim(), description, withMemory: runs && what === 'memory' });
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('snapshots.takeTitle', { name: machine.name })}>
      <form className={styles.form} onSubmit={take}>
        <Words name={name} description={description} onName={setName} onDescription={setDescription} />
        {runs && (
          <>
            <Segments
              label={t('snapshots.what')}
              value={what}
              options={[
                { value: 'memory', label: t('snapshots.what.memory') },
                { value: 'disks', label: t('snapshots.what.disks') },
              ]}
              onValueChange={setWhat}
            />
            <p className={styles.muted}>{t(`snapshots.what.${what}Text`)}</p>
          </>
        )}
        {machine.state === 'suspended' && <p className={styles.muted}>{t('snapshots.what.suspendedText')}</p>}
        <div className={styles.footer}>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={name.trim() === ''}>
            {t('snapshots.takeShort')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
