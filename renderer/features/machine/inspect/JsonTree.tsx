import { ChevronDown, ChevronRight, ChevronsDownUp, ChevronsUpDown } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, type MouseEvent, useMemo, useRef, useState } from 'react';
import { useI18n } from '../../../i18n/index.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { IconButton } from '../../../ui/IconButton.tsx';
import styles from './JsonTree.module.css';
import { type JsonRow, jsonRows } from './json-rows.ts';

/** Deeper than this is folded at first. */
const OPEN_DEPTH = 2;

/** JSON as a tree that folds. Arrow keys walk, fold and unfold. */
export function JsonTree({ label, value, filter }: { label: string; value: unknown; filter: string }) {
  const { t } = useI18n();
  const [openDepth, setOpenDepth] = useState(OPEN_DEPTH);
  /** Those that are not as their depth says. */
  const [turned, setTurned] = useState<ReadonlySet<string>>(new Set());
  const [at, setAt] = useState('');
  const tree = useRef<HTMLDivElement>(null);
  const rows = useMemo(
    () => jsonRows(value, { filter, isFolded: (path, depth) => depth >= openDepth !== turned.has(path) }),
    [value, filter, openDepth, turned],
  );
  const current = Math.max(
    0,
    rows.findIndex((row) => row.path === at),
  );

  const turn = (path: string) => {
    const next = new Set(turned);
    if (!next.delete(path)) next.add(path);
    setTurned(next);
  };
  const setAll = (depth: number) => {
    setOpenDepth(depth);
    setTurned(new Set());
  };
  const goTo = (index: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))];
    if (row === undefined) return;
    setAt(row.path);
    tree.current?.querySelectorAll<HTMLElement>('[role="treeitem"]')[rows.indexOf(row)]?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows[current];
    if (row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const parent = rows.findLastIndex((other, index) => index < current && other.depth < row.depth);
    if (event.key === 'ArrowDown') goTo(current + 1);
    else if (event.key === 'ArrowUp') goTo(current - 1);
    else if (event.key === 'Home') goTo(0);
    else if (event.key === 'End') goTo(rows.length - 1);
    else if (event.key === 'ArrowRight' && row.leaf === null) row.folded ? turn(row.path) : goTo(current + 1);
    else if (event.key === 'ArrowLeft') row.leaf === null && !row.folded && row.size > 0 ? turn(row.path) : goTo(parent);
    else if ((event.key === 'Enter' || event.key === ' ') && row.leaf === null) turn(row.path);
    else return;
    event.preventDefault();
  };

  const onClick = ({ target }: MouseEvent<HTMLElement>) => {
    if (!(target instanceof Element) || target.closest('button') !== null) return;
    const path = target.closest<HTMLElement>('[data-folds]')?.dataset.folds;
    if (path !== undefined && document.getSelection()?.isCollapsed !== false) turn(path);
  };

  if (rows.length === 0) return <EmptyState title={t('inspect.noMatch', { filter })} />;
  return (
    <div className={styles.json}>
      <div className={styles.tools}>
        <IconButton label={t('inspect.expandAll')} size="small" onClick={() => setAll(Number.POSITIVE_INFINITY)}>
          <ChevronsUpDown />
        </IconButton>
        <IconButton label={t('inspect.collapseAll')} size="small" onClick={() => setAll(1)}>
          <ChevronsDownUp />
        </IconButton>
      </div>
      <div ref={tree} role="tree" tabIndex={-1} aria-label={label} className={styles.tree} onKeyDown={onKeyDown} onClick={onClick}>
        {rows.map((row, index) => (
          <Row key={row.path} row={row} isCurrent={index === current} onFocus={() => setAt(row.path)} />
        ))}
      </div>
    </div>
  );
}

function Row({ row, isCurrent, onFocus }: { row: JsonRow; isCurrent: boolean; onFocus: () => void }) {
  const { t } = useI18n();
  const folds = row.leaf === null && row.size > 0;
  const [open, close] = row.kind === 'array' ? ['[', ']'] : ['{', '}'];
  return (
    <div
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={folds ? !row.folded : undefined}
      aria-selected={isCurrent}
      tabIndex={isCurrent ? 0 : -1}
      className={styles.row}
      style={{ '--depth': row.depth } as CSSProperties}
      onFocus={onFocus}
      data-folds={folds ? row.path : undefined}
    >
      <span className={styles.mark}>{folds && (row.folded ? <ChevronRight /> : <ChevronDown />)}</span>
      {row.name !== null && <span className={styles.name}>{row.name}</span>}
      {row.leaf !== null ? (
        <>
          <span className={styles[row.kind]}>{row.leaf}</span>
          <span className={styles.copy}>
            <CopyButton
              text={row.kind === 'string' ? String(JSON.parse(row.leaf)) : row.leaf}
              label={t('inspect.copyValue', { label: row.name ?? row.leaf })}
              doneLabel={t('common.copied')}
            />
          </span>
        </>
      ) : (
        <span className={styles.faint}>
          {row.size === 0 ? `${open}${close}` : row.folded ? `${open} ${t('inspect.items', { count: row.size })} ${close}` : open}
        </span>
      )}
    </div>
  );
}
