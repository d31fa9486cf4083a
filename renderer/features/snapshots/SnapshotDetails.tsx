import { GitBranch, Pencil, Trash2, Undo2 } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import type { Machine, Snapshot, SnapshotTree } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Select } from '../../ui/Select.tsx';
import type { SnapshotQuestion } from './SnapshotsTab.tsx';
import styles from './snapshots.module.css';
import { settingDifferences } from './tree-rows.ts';

/** One moment of the machine: what it takes, what can be done with it, and how it differs from another one. */
export function SnapshotDetails(props: {
  machine: Machine;
  tree: SnapshotTree;
  /** Null: the machine as it is now. */
  snapshot: Snapshot | null;
  busy: boolean;
  onAsk: (question: SnapshotQuestion) => void;
}) {
  const { t, format } = useI18n();
  const { tree, snapshot, busy, onAsk } = props;
  const moment = snapshot ?? tree.current;
  const parent = tree.snapshots.find(({ id }) => id === moment.parentId);
  return (
    <section className={styles.details} aria-label={snapshot?.name ?? t('snapshots.here')}>
      <h2 className={styles.heading}>{snapshot?.name ?? t('snapshots.here')}</h2>
      {snapshot === null && <p className={styles.muted}>{t('snapshots.hereText')}</p>}
      {snapshot !== null && snapshot.description !== '' && <p className={styles.description}>{snapshot.description}</p>}
      {snapshot !== null && (
        <div className={styles.actions}>
          <Button size="small" variant="primary" icon={<Undo2 />} disabled={busy} onClick={() => onAsk({ ask: 'revert', snapshot })}>
            {t('snapshots.revert')}
          </Button>
          <Button size="small" icon={<GitBranch />} disabled={busy} onClick={() => onAsk({ ask: 'branch', snapshot })}>
            {t('snapshots.branch')}
          </Button>
          <Button size="small" icon={<Pencil />} disabled={busy} onClick={() => onAsk({ ask: 'rename', snapshot })}>
            {t('snapshots.rename')}
          </Button>
          <Button size="small" icon={<Trash2 />} disabled={busy} onClick={() => onAsk({ ask: 'delete', snapshot })}>
            {t('snapshots.delete')}
          </Button>
        </div>
      )}
      <dl className={styles.facts}>
        {snapshot !== null && <Fact label={t('snapshots.taken')}>{format.dateTime(snapshot.takenAtMs)}</Fact>}
        {parent !== undefined && <Fact label={t('snapshots.parent')}>{parent.name}</Fact>}
        <Fact label={t('snapshots.disksBytes')}>{format.bytes(moment.disksBytes)}</Fact>
        <Fact label={t('snapshots.memoryBytes')}>
          {moment.memoryBytes === null
            ? t(snapshot === null ? 'snapshots.noWaiting' : 'snapshots.disksOnly')
            : format.bytes(moment.memoryBytes)}
        </Fact>
        <Fact label={t('snapshots.setting.cpus')}>{format.integer(moment.settings.cpus)}</Fact>
        <Fact label={t('snapshots.setting.memoryBytes')}>{format.bytes(moment.settings.memoryBytes)}</Fact>
        <Fact label={t('snapshots.setting.disks')}>
          {format.list(moment.settings.disks.map(({ id, sizeBytes }) => `${id} (${format.bytes(sizeBytes)})`))}
        </Fact>
      </dl>
      <Compare tree={tree} one={snapshot} />
    </section>
  );
}

/** With another moment of the tree, side by side. */
function Compare({ tree, one }: { tree: SnapshotTree; one: Snapshot | null }) {
  const { t, format } = useI18n();
  const others = [...tree.snapshots, null].filter((other) => other !== one);
  const [against, setAgainst] = useState<string | null>(null);
  const other = others.find((candidate) => (candidate?.id ?? 'here') === against);
  const [a, b] = [one ?? tree.current, other === undefined ? null : (other ?? tree.current)];
  const differences = b === null ? [] : settingDifferences(a.settings, b.settings);
  const bytes = (value: number | null) => (value === null ? '–' : format.bytes(value));
  const time = (of: Snapshot | null) => (of === null ? t('snapshots.now') : format.dateTime(of.takenAtMs));
  return (
    <div className={styles.compare}>
      <Select
        label={t('snapshots.compare')}
        placeholder={t('snapshots.compare')}
        value={against}
        options={others.map((candidate) => ({ value: candidate?.id ?? 'here', label: candidate?.name ?? t('snapshots.here') }))}
        onValueChange={setAgainst}
      />
      {other !== undefined && b !== null && (
        <table className={styles.comparison} aria-label={t('snapshots.comparison')}>
          <thead>
            <tr>
              <td />
              <th scope="col">{one?.name ?? t('snapshots.here')}</th>
              <th scope="col">{other?.name ?? t('snapshots.here')}</th>
            </tr>
          </thead>
          <tbody>
            <Line label={t('snapshots.taken')} values={[time(one), time(other)]} />
            <Line label={t('snapshots.disksBytes')} values={[bytes(a.disksBytes), bytes(b.disksBytes)]} />
            <Line label={t('snapshots.memoryBytes')} values={[bytes(a.memoryBytes), bytes(b.memoryBytes)]} />
            <tr>
              <th scope="row">{t('snapshots.settings')}</th>
              <td colSpan={2}>
                {differences.length === 0
                  ? t('snapshots.sameSettings')
                  : format.list(differences.map((name) => t(`snapshots.setting.${name}`)))}
              </td>
            </tr>
          </tbody>
        </table>
      )}
    </div>
  );
}

function Line({ label, values }: { label: string; values: [string, string] }) {
  return (
    <tr>
      <th scope="row">{label}</th>
      <td>{values[0]}</td>
      <td>{values[1]}</td>
    </tr>
  );
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
