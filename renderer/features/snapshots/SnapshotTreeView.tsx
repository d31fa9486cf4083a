import { Camera, CircleDot, Clock, MemoryStick } from 'lucide-react';
import { type KeyboardEvent, useRef } from 'react';
import type { SnapshotId, SnapshotTree } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Tooltip } from '../../ui/Tooltip.tsx';
import styles from './snapshots.module.css';
import { treeRows } from './tree-rows.ts';

export interface SnapshotTreeViewProps {
  tree: SnapshotTree;
  /** Null: the machine as it is now. */
  chosen: SnapshotId | null;
  onChoose: (id: SnapshotId | null) => void;
  label: string;
}

/** Everything is unfolded: arrows go from line to line, Home and End to the ends. https://www.w3.org/WAI/ARIA/apg/patterns/treeview/ */
export function SnapshotTreeView({ tree, chosen, onChoose, label }: SnapshotTreeViewProps) {
  const { t, format } = useI18n();
  const list = useRef<HTMLDivElement>(null);
  const rows = treeRows(tree);
  const move = (event: KeyboardEvent, at: number) => {
    const parent = rows.slice(0, at).findLastIndex(({ level }) => level < (rows[at]?.level ?? 0));
    const child = (rows[at + 1]?.level ?? 0) > (rows[at]?.level ?? 0) ? at + 1 : -1;
    const targets: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: rows.length - 1,
      ArrowLeft: parent,
      ArrowRight: child,
    };
    const to = targets[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const row = rows[to];
    if (row === undefined) return;
    onChoose(row.snapshot?.id ?? null);
    list.current?.querySelectorAll<HTMLElement>('[role=treeitem]')[to]?.focus();
  };
  return (
    <div ref={list} className={styles.tree} role="tree" aria-label={label}>
      {rows.map(({ snapshot, level, indent, from, goesOn, passing }, index) => {
        const id = snapshot?.id ?? null;
        const isChosen = id === chosen;
        return (
          <div
            key={id ?? 'here'}
            role="treeitem"
            aria-level={level}
            aria-selected={isChosen}
            aria-current={snapshot === null ? 'location' : undefined}
            tabIndex={isChosen ? 0 : -1}
            className={styles.row}
            style={{ '--indent': indent } as Record<string, number>}
            onClick={() => onChoose(id)}
            onKeyDown={(event) => move(event, index)}
          >
            {passing.map((column) => (
              <span key={column} className={styles.passing} style={{ '--column': column } as Record<string, number>} />
            ))}
            {from !== 'nothing' && <span className={from === 'left' ? styles.fromLeft : styles.fromAbove} />}
            {goesOn && <span className={styles.goesOn} />}
            <span className={styles.mark}>{snapshot === null ? <CircleDot /> : snapshot.automatic ? <Clock /> : <Camera />}</span>
            <span className={styles.name}>{snapshot === null ? t('snapshots.here') : snapshot.name}</span>
            {(snapshot ?? tree.current).memoryBytes !== null && (
              <Tooltip content={t('snapshots.withMemory')}>
                <span className={styles.memory}>
                  <MemoryStick aria-label={t('snapshots.withMemory')} />
                </span>
              </Tooltip>
            )}
            <span className={styles.time}>{snapshot === null ? '' : format.dateTime(snapshot.takenAtMs)}</span>
            <span className={styles.size}>
              {format.bytes((snapshot ?? tree.current).disksBytes + ((snapshot ?? tree.current).memoryBytes ?? 0))}
            </span>
          </div>
        );
      })}
    </div>
  );
}
