import { HardDrive, Plus } from 'lucide-react';
import { useState } from 'react';
import type { DetachedDisk, Machine, MachineDisks } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { AddDiskDrawer } from './AddDiskDrawer.tsx';
import { DiskCard } from './DiskCard.tsx';
import { DeleteFileDialog, DiskDialog, type DiskQuestion } from './DiskDialogs.tsx';
import { type DiskCommands, useDisks } from './use-disks.ts';
import styles from './vm-disks.module.css';

/** A virtual machine's disks: what they take, what they are built upon, and what can be done with them. */
export function DisksTab({ machine }: { machine: Machine }) {
  const { t, problem } = useI18n();
  const commands = useDisks(machine);
  const { loaded } = commands;
  if (loaded === null) return <Skeleton />;
  if ('problem' in loaded) return <EmptyState icon={<HardDrive />} title={problem(loaded.problem)} />;
  return <Disks machine={machine} disks={loaded.disks} commands={commands} label={t('disks.label', { name: machine.name })} />;
}

function Disks({ machine, disks, commands, label }: { machine: Machine; disks: MachineDisks; commands: DiskCommands; label: string }) {
  const { t, problem, format } = useI18n();
  const [question, setQuestion] = useState<DiskQuestion | null>(null);
  const [adds, setAdds] = useState(false);
  const [deletes, setDeletes] = useState<DetachedDisk | null>(null);
  const { folder, freeBytes, addRefusal } = disks;
  const busy = commands.working === null ? null : t('disks.busy');
  const adding = addRefusal === null ? busy : problem(addRefusal);
  return (
    <section className={styles.tab} aria-label={label}>
      <div className={styles.bar}>
        <span className={styles.muted}>{freeBytes === null ? folder : t('disks.where', { folder, free: format.bytes(freeBytes) })}</span>
        <Button icon={<Plus />} refusal={adding} onClick={() => setAdds(true)}>
          {t('disks.add')}
        </Button>
        {addRefusal !== null && <p className={styles.refusal}>{problem(addRefusal)}</p>}
      </div>
      <ul className={styles.list}>
        {disks.disks.map((disk) => (
          <li key={disk.id}>
            <DiskCard disk={disk} commands={commands} onAsk={(action) => setQuestion({ action, disk })} />
          </li>
        ))}
      </ul>
      {commands.outcome?.diskId === '' && <p role="status">{commands.outcome.text}</p>}
      {disks.detached.length > 0 && (
        <Detached disks={disks.detached} refusals={{ attach: adding, delete: busy }} commands={commands} onDelete={setDeletes} />
      )}
      {question !== null && (
        <DiskDialog
          {...question}
          machineId={machine.id}
          isRunning={machine.state !== 'stopped' && machine.state !== 'failed'}
          freeBytes={freeBytes}
          onWish={(wish) => void commands.perform(question.disk.id, wish)}
          onClose={() => setQuestion(null)}
        />
      )}
      {adds && <AddDiskDrawer name={machine.name} onAdd={(from) => void commands.add(from)} onClose={() => setAdds(false)} />}
      {deletes !== null && (
        <DeleteFileDialog disk={deletes} onDelete={() => void commands.deleteFile(deletes.file)} onClose={() => setDeletes(null)} />
      )}
    </section>
  );
}

function Detached({
  disks,
  refusals,
  commands,
  onDelete,
}: {
  disks: readonly DetachedDisk[];
  /** Why not now. */
  refusals: { attach: string | null; delete: string | null };
  commands: DiskCommands;
  onDelete: (disk: DetachedDisk) => void;
}) {
  const { t, format } = useI18n();
  return (
    <div className={styles.detached}>
      <h3>{t('disks.detached')}</h3>
      <ul className={styles.list}>
        {disks.map((disk) => (
          <li key={disk.file} className={styles.card}>
            <div className={styles.head}>
              <span className={styles.name}>{disk.file}</span>
              <span className={styles.muted}>
                {t('disks.sizes', { allocated: format.bytes(disk.allocatedBytes), virtual: format.bytes(disk.virtualBytes) })}
              </span>
              <span className={styles.actions}>
                <Button size="small" refusal={refusals.attach} onClick={() => void commands.add({ type: 'detached', file: disk.file })}>
                  {t('disks.attach')}
                </Button>
                <Button size="small" variant="danger" refusal={refusals.delete} onClick={() => onDelete(disk)}>
                  {t('disks.delete')}
                </Button>
              </span>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
