import { type FormEvent, useEffect, useState } from 'react';
import { type Machine, vmName } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './CloneDialog.module.css';

/** A copy of a machine, under a name of its own: of its disks, or built upon them. */
export function CloneDialog({ machine, onClose }: { machine: Machine; onClose: () => void }) {
  const { t, format } = useI18n();
  const { connection, notices } = useStores();
  const [name, setName] = useState(`${machine.name.slice(0, 57)}-clone`);
  const [kind, setKind] = useState<'full' | 'linked'>('full');
  const diskBytes = useDiskBytes(machine);
  const size = diskBytes === null ? '' : ` ${t('vmCopy.fullSize', { size: format.bytes(diskBytes) })}`;
  const cost = kind === 'full' ? `${t('vmCopy.fullCost')}${size}` : t('vmCopy.linkedCost', { name: machine.name });
  const clone = (event: FormEvent) => {
    event.preventDefault();
    connection.client.copies.clone({ id: machine.id, name, linked: kind === 'linked' }).catch((error: unknown) => {
      notices.tell(connection.problemOf(error), machine.name);
    });
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={t('vmCopy.cloneOf', { name: machine.name })}
      description={t(machine.vm?.guest === 'system' ? 'vmCopy.cloneSystem' : 'vmCopy.cloneWorkload', { name: machine.name })}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" type="submit" form="clone-vm" disabled={!vmName.safeParse(name).success}>
            {t('vmCopy.clone')}
          </Button>
        </>
      }
    >
      <form id="clone-vm" className={styles.form} onSubmit={clone}>
        <FormField label={t('vmMake.name')}>
          <TextField label={t('vmMake.name')} value={name} onChange={(event) => setName(event.target.value)} />
        </FormField>
        <FormField label={t('vmCopy.kind')} help={cost}>
          <Segments
            label={t('vmCopy.kind')}
            value={kind}
            onValueChange={setKind}
            options={[
              { value: 'full', label: t('vmCopy.full') },
              { value: 'linked', label: t('vmCopy.linked') },
            ]}
          />
        </FormField>
      </form>
    </Dialog>
  );
}

/** What its disks take on the host, with all that they are built upon; null until it is known. */
function useDiskBytes({ id }: Machine): number | null {
  const { connection } = useStores();
  const [bytes, setBytes] = useState<number | null>(null);
  useEffect(() => {
    const over = new AbortController();
    connection.client.disks.list({ id }, { signal: over.signal }).then(
      ({ disks }) => {
        const layers = disks.flatMap(({ chain }) => chain);
        if (!over.signal.aborted) setBytes(layers.reduce((sum, { allocatedBytes }) => sum + allocatedBytes, 0));
      },
      // The question can be answered without the number.
      () => {},
    );
    return () => over.abort();
  }, [connection, id]);
  return bytes;
}
