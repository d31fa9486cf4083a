import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronDown, ChevronRight, File, Folder, FolderOpen, Link2 } from 'lucide-react';
import { type CSSProperties, type KeyboardEvent, useId, useRef, useState } from 'react';
import type { LayerEntry } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { Button } from '../../../ui/Button.tsx';
import { classNames } from '../../../ui/class-names.ts';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { moveActive } from '../../../ui/selection.ts';
import styles from './LayerFiles.module.css';
import { shownPath } from './shown-path.ts';
import type { LayerRow, LayerRows } from './use-layer-rows.ts';

const ROW_PX = 26;

/** Any number of rows; only those in sight are in the page. Arrow keys walk, open and close. */
export function LayerTree({ rows: { rows, problem, toggle, loadMore } }: { rows: LayerRows }) {
  const { t, problem: words } = useI18n();
  const id = useId();
  const scroll = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const count = rows?.length ?? 0;
  const virtual = useVirtualizer({ count, getScrollElement: () => scroll.current, estimateSize: () => ROW_PX, overscan: 12 });
  const at = Math.min(active, count - 1);

  const go = (index: number) => {
    setActive(index);
    virtual.scrollToIndex(index);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rows?.[at];
    if (rows === null || row === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? ROW_PX) / ROW_PX) - 1);
    const target = moveActive({ key: event.key, index: at, count, page });
    const opens = row.type === 'entry' ? row.open : null;
    if (target !== null) go(target);
    else if (event.key === 'ArrowRight' && opens === false && row.type === 'entry') toggle(row.key);
    else if (event.key === 'ArrowRight' && opens === true) go(Math.min(count - 1, at + 1));
    else if (event.key === 'ArrowLeft' && opens === true && row.type === 'entry') toggle(row.key);
    else if (event.key === 'ArrowLeft')
      go(
        Math.max(
          0,
          rows.findLastIndex((other, index) => index < at && other.depth < row.depth),
        ),
      );
    else if ((event.key === 'Enter' || event.key === ' ') && row.type === 'more') loadMore(row.folder);
    else if ((event.key === 'Enter' || event.key === ' ') && opens !== null) toggle(row.key);
    else return;
    event.preventDefault();
  };

  if (problem !== null) return <EmptyState title={words(problem)} />;
  if (rows !== null && count === 0) return <EmptyState title={t('layers.nothing')} />;
  return (
    <div
      ref={scroll}
      role="tree"
      tabIndex={0}
      aria-label={t('layers.tree')}
      aria-activedescendant={count > 0 ? `${id}-${at}` : undefined}
      className={styles.tree}
      onKeyDown={onKeyDown}
    >
      <div className={styles.rows} role="presentation" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows?.[index];
          if (row === undefined) return null;
          return (
            <Row
              key={row.key}
              id={`${id}-${index}`}
              row={row}
              top={start}
              active={index === at}
              onActivate={() => {
                setActive(index);
                if (row.type === 'entry' && row.open !== null) toggle(row.key);
              }}
              onMore={loadMore}
            />
          );
        })}
      </div>
    </div>
  );
}

interface RowProps {
  id: string;
  row: LayerRow;
  top: number;
  active: boolean;
  onActivate: () => void;
  onMore: (folder: string) => void;
}

function Row({ id, row, top, active, onActivate, onMore }: RowProps) {
  const { t, format } = useI18n();
  const style = { transform: `translateY(${top}px)`, '--depth': row.depth } as CSSProperties;
  if (row.type === 'more') {
    return (
      <div id={id} role="treeitem" aria-level={row.depth + 1} tabIndex={-1} aria-selected={active} className={styles.row} style={style}>
        <Button size="small" variant="quiet" tabIndex={-1} onClick={() => onMore(row.folder)}>
          {t('layers.more', { count: row.left })}
        </Button>
      </div>
    );
  }
  const { entry, open } = row;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the tree's, which holds the focus
    <div
      id={id}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-expanded={open ?? undefined}
      aria-selected={active}
      tabIndex={-1}
      className={classNames(styles.row, active && styles.active)}
      style={style}
      data-change={entry.change ?? undefined}
      onClick={onActivate}
    >
      <span className={styles.fold}>{open !== null && (open ? <ChevronDown /> : <ChevronRight />)}</span>
      <Mark entry={entry} />
      <EntryIcon entry={entry} open={open} />
      <span className={classNames(styles.name, entry.hiddenBy !== null && styles.hidden)} title={shownPath(entry.path)}>
        {shownPath(row.depth === 0 && open === null ? entry.path : entry.name)}
        {entry.linkTarget !== null && <span className={styles.faint}> → {shownPath(entry.linkTarget)}</span>}
      </span>
      {entry.hiddenBy !== null && <span className={styles.note}>{t('layers.hiddenBy', { number: entry.hiddenBy + 1 })}</span>}
      <span className={styles.size}>{entry.kind === 'folder' && entry.inside === 0 ? '' : format.bytes(entry.sizeBytes)}</span>
    </div>
  );
}

const MARKS = { added: '+', changed: '±', removed: '−' } as const;

/** A sign besides the colour, and a word for those who see neither. */
function Mark({ entry }: { entry: LayerEntry }) {
  const { t } = useI18n();
  if (entry.change === null) return <span className={styles.mark} />;
  return (
    <span className={styles.mark} role="img" aria-label={t(`layers.only.${entry.change}`)} title={t(`layers.only.${entry.change}`)}>
      {MARKS[entry.change]}
    </span>
  );
}

function EntryIcon({ entry, open }: { entry: LayerEntry; open: boolean | null }) {
  if (entry.kind === 'folder') return open ? <FolderOpen /> : <Folder />;
  return entry.kind === 'link' ? <Link2 /> : <File />;
}
