import { ChevronDown, ChevronRight } from 'lucide-react';
import styles from './Table.module.css';
import type { GroupItem } from './table-groups.ts';

export interface TableGroupProps {
  group: GroupItem;
  top: number;
  height: number;
  onToggle: ((key: string) => void) | undefined;
}

/** The line above the rows of one group; it folds them away. */
export function TableGroup({ group, top, height, onToggle }: TableGroupProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtualised grid cannot be a <table>.
    <div role="row" className={styles.group} style={{ height, transform: `translateY(${top}px)` }} tabIndex={-1}>
      {/* biome-ignore lint/a11y/useSemanticElements: as above */}
      <span role="gridcell" tabIndex={-1}>
        <button type="button" className={styles.fold} aria-expanded={!group.folded} onClick={() => onToggle?.(group.key)}>
          {group.folded ? <ChevronRight /> : <ChevronDown />}
          <span>{group.header}</span>
          <span className={styles.groupCount}>{group.count}</span>
        </button>
      </span>
    </div>
  );
}
