import { CalendarClock, Camera } from 'lucide-react';
import { useState } from 'react';
import type { Machine, Snapshot } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import tab from '../machine/tab.module.css';
import { TaskLine } from '../tasks/TaskLine.tsx';
import { ScheduleDialog } from './ScheduleDialog.tsx';
import { SnapshotDetails } from './SnapshotDetails.tsx';
import { DeleteDialog, RevertDialog, WordsDialog } from './SnapshotDialogs.tsx';
import { SnapshotTreeView } from './SnapshotTreeView.tsx';
import styles from './snapshots.module.css';
import { TakeDialog } from './TakeDialog.tsx';
import { useSnapshots } from './use-snapshots.ts';

export type SnapshotQuestion = { ask: 'take' | 'schedule' } | { ask: 'revert' | 'branch' | 'delete' | 'rename'; snapshot: Snapshot };

/** A machine's snapshots: the tree at the left, what is chosen in it at the right. */
export function SnapshotsTab({ machine }: { machine: Machine }) {
  const { t, format, problem: words } = useI18n();
  const view = useSnapshots(machine);
  const [chosen, setChosen] = useState<Snapshot['id'] | null>(null);
  const [question, setQuestion] = useState<SnapshotQuestion | null>(null);
  const { tree, work } = view;
  const close = () => {
    setQuestion(null);
    view.reload();
  };
  if (tree === null) {
    if (view.problem === null)
      return (
        <div className={styles.skeleton}>
          <Skeleton height="240px" />
        </div>
      );
    return (
      <EmptyState
        icon={<Camera size={32} />}
        title={t('snapshots.unreadable')}
        action={<Button onClick={view.reload}>{t('snapshots.again')}</Button>}
      >
        {words(view.problem)}
      </EmptyState>
    );
  }
  const busy = work !== null || ['creating', 'starting', 'saving', 'stopping'].includes(machine.state);
  const selected = tree.snapshots.find(({ id }) => id === chosen) ?? null;
  const take = (
    <Button variant="primary" icon={<Camera />} disabled={busy} onClick={() => setQuestion({ ask: 'take' })}>
      {t('snapshots.take')}
    </Button>
  );
  return (
    <div className={styles.tab}>
      <div className={classNames(tab.bar, styles.muted)}>
        <span>{t('snapshots.count', { count: tree.snapshots.length })}</span>
        {work !== null && (
          <TaskLine
            task={work}
            words={t(`snapshots.working.${work.kind === 'takeSnapshot' ? 'take' : work.kind === 'revertSnapshot' ? 'revert' : 'delete'}`)}
          />
        )}
        {tree.nextAtMs !== null && work === null && <span>{t('snapshots.next', { time: format.dateTime(tree.nextAtMs) })}</span>}
        <span className={tab.tools}>
          <Button icon={<CalendarClock />} onClick={() => setQuestion({ ask: 'schedule' })}>
            {t('snapshots.schedule')}
          </Button>
          {take}
        </span>
      </div>
      {tree.snapshots.length === 0 ? (
        <EmptyState icon={<Camera size={32} />} title={t('snapshots.empty')}>
          {t('snapshots.emptyText')}
        </EmptyState>
      ) : (
        <div className={styles.columns}>
          <SnapshotTreeView
            tree={tree}
            chosen={selected?.id ?? null}
            onChoose={setChosen}
            label={t('snapshots.tree', { name: machine.name })}
          />
          <SnapshotDetails
            key={selected?.id ?? 'current'}
            machine={machine}
            tree={tree}
            snapshot={selected}
            busy={busy}
            onAsk={setQuestion}
          />
        </div>
      )}
      {question?.ask === 'take' && <TakeDialog machine={machine} count={tree.snapshots.length} onClose={close} />}
      {question?.ask === 'schedule' && <ScheduleDialog machine={machine} schedule={tree.schedule} onClose={close} />}
      {(question?.ask === 'revert' || question?.ask === 'branch') && (
        <RevertDialog machine={machine} tree={tree} snapshot={question.snapshot} branch={question.ask === 'branch'} onClose={close} />
      )}
      {question?.ask === 'delete' && <DeleteDialog machine={machine} snapshot={question.snapshot} onClose={close} />}
      {question?.ask === 'rename' && <WordsDialog machine={machine} snapshot={question.snapshot} onClose={close} />}
    </div>
  );
}
