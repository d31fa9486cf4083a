import { type FormEvent, useState } from 'react';
import { type Machine, vmName } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';

/** A copy of a machine, under a name of its own. */
export function CloneDialog({ machine, onClose }: { machine: Machine; onClose: () => void }) {
  const { t } = useI18n();
  const { connection, notices } = useStores();
  const [name, setName] = useState(`${machine.name.slice(0, 57)}-clone`);
  const clone = (event: FormEvent) => {
    event.preventDefault();
    connection.client.copies.clone({ id: machine.id, name }).catch((error: unknown) => {
      notices.tell(connection.problemOf(error), machine.name);
    });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('vmCopy.cloneOf', { name: machine.name })}
      description={t(machine.vm?.guest === 'system' ? 'vmCopy.cloneSystem' : 'vmCopy.cloneWorkload')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" type="submit" form="clone-vm" disabled={!vmName.safeParse(name).success}>
            {t('vmCopy.clone')}
          </Button>
        </>
      }
    >
      <form id="clone-vm" onSubmit={clone}>
        <TextField label={t('vmMake.name')} value={name} onChange={(event) => setName(event.target.value)} />
      </form>
    </Dialog>
  );
}
