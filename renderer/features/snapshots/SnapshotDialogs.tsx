import { type FormEvent, useEffect, useState } from 'react';
import type { Machine, Problem, Snapshot, SnapshotDeletion, SnapshotTree } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './snapshots.module.css';
import { useSnapshotCommands } from './use-snapshots.ts';
import { Words } from './Words.tsx';

interface Asked {
  machine: Machine;
  snapshot: Snapshot;
  onClose: () => void;
}

/** Says what is lost, and offers to keep it. A branch is a revert that keeps where the machine is now. */
export function RevertDialog({ machine, snapshot, tree, branch, onClose }: Asked & { tree: SnapshotTree; branch: boolean }) {
  const { t } = useI18n();
  const commands = useSnapshotCommands(machine);
  const [keep, setKeep] = useState(branch);
  const [keepAs, setKeepAs] = useState(t('snapshots.keepProposal', { number: tree.snapshots.length + 1 }));
  const runs = machine.state === 'running' || machine.state === 'paused';
  const [start, setStart] = useState(runs || snapshot.memoryBytes !== null);
  const revert = () => {
    onClose();
    void commands.revert(snapshot.id, { keepAs: keep ? keepAs.trim() : null, start });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(branch ? 'snapshots.branchTitle' : 'snapshots.revertTitle', { name: snapshot.name })}
      description={t(keep ? 'snapshots.revertKeeps' : runs ? 'snapshots.revertLosesRunning' : 'snapshots.revertLoses', {
        name: machine.name,
      })}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant={keep ? 'primary' : 'danger'} disabled={keep && keepAs.trim() === ''} onClick={revert}>
            {t(branch ? 'snapshots.branchShort' : 'snapshots.revertShort')}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <FormField label={t('snapshots.keep')}>
          <Switch label={t('snapshots.keep')} checked={keep} onCheckedChange={setKeep} />
        </FormField>
        {keep && (
          <FormField label={t('snapshots.keepName')}>
            <TextField label={t('snapshots.keepName')} value={keepAs} maxLength={100} onChange={(event) => setKeepAs(event.target.value)} />
          </FormField>
        )}
        <FormField label={t('snapshots.start')} help={t(snapshot.memoryBytes === null ? 'snapshots.startBoots' : 'snapshots.startGoesOn')}>
          <Switch label={t('snapshots.start')} checked={start} onCheckedChange={setStart} />
        </FormField>
      </div>
    </Dialog>
  );
}

/** Says what comes free and what stays. */
export function DeleteDialog({ machine, snapshot, onClose }: Asked) {
  const { t, format, problem } = useI18n();
  const { connection } = useStores();
  const commands = useSnapshotCommands(machine);
  const [deletion, setDeletion] = useState<SnapshotDeletion | null>(null);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  useEffect(() => {
    const over = new AbortController();
    connection.client.snapshots.deletionOf({ id: machine.id, snapshotId: snapshot.id }, { signal: over.signal }).then(
      (found) => !over.signal.aborted && setDeletion(found),
      (error: unknown) => !over.signal.aborted && setRefusal(connection.problemOf(error)),
    );
    return () => over.abort();
  }, [connection, machine.id, snapshot.id]);
  const remove = () => {
    onClose();
    void commands.delete(snapshot.id);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('snapshots.deleteTitle', { name: snapshot.name })}
      description={t('snapshots.deleteText')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="danger" disabled={refusal !== null} onClick={remove}>
            {t('snapshots.deleteShort')}
          </Button>
        </>
      }
    >
      {refusal === null ? (
        <ul className={styles.consequences} aria-busy={deletion === null}>
          <li>{deletion === null ? t('snapshots.measuring') : t('snapshots.frees', { size: format.bytes(deletion.freedBytes) })}</li>
          {deletion !== null && deletion.children > 0 && <li>{t('snapshots.childrenStay', { count: deletion.children })}</li>}
          {deletion !== null && deletion.children > 1 && <li>{t('snapshots.sharedStay')}</li>}
          {deletion !== null && deletion.copiedBytes > 0 && <li>{t('snapshots.copies', { size: format.bytes(deletion.copiedBytes) })}</li>}
        </ul>
      ) : (
        <p role="alert">{problem(refusal)}</p>
      )}
    </Dialog>
  );
}

export function WordsDialog({ machine, snapshot, onClose }: Asked) {
  const { t } = useI18n();
  const commands = useSnapshotCommands(machine);
  const [name, setName] = useState(snapshot.name);
  const [description, setDescription] = useState(snapshot.description);
  const save = async (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== '' && (await commands.rename(snapshot.id, { name: name.trim(), description }))) onClose();
  };
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={t('snapshots.renameTitle', { name: snapshot.name })}>
      <form className={styles.form} onSubmit={(event) => void save(event)}>
        <Words name={name} description={description} onName={setName} onDescription={setDescription} />
        <div className={styles.footer}>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" variant="primary" disabled={name.trim() === ''}>
            {t('snapshots.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
