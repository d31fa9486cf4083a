import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { ImageId, LayerChange, LayerEntry, LayerPage, Problem } from '../../../../backend/contract/index.ts';
import { useStores } from '../../../stores/index.ts';

export interface LayerFilter {
  text: string;
  changes: LayerChange[];
  wastedOnly: boolean;
}

export type LayerRow =
  | { type: 'entry'; key: string; entry: LayerEntry; depth: number; open: boolean | null }
  /** So many of a folder's entries have not been fetched. */
  | { type: 'more'; key: string; folder: string; depth: number; left: number };

export interface LayerRows {
  /** Null until the first answer. */
  rows: readonly LayerRow[] | null;
  problem: Problem | null;
  /** Opens or closes a folder. */
  toggle(path: string): void;
  loadMore(folder: string): void;
}

/** With a filter there are no folders to open: everything found stands below this. */
const ROOT = '';

/** The rows of a layer's tree, folder by folder as they are opened, or the list that a filter leaves. */
export function useLayerRows(id: ImageId, layer: number, filter: LayerFilter | null): LayerRows {
  const { connection } = useStores();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const [pages, setPages] = useState<{ filter: string; byFolder: ReadonlyMap<string, LayerPage> } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const key = JSON.stringify(filter);
  const wanted = useRef(key);
  wanted.current = key;

  const fetchPage = useCallback(
    async (folder: string, offset: number) => {
      const place = { id, layer, offset };
      const asked = JSON.parse(key) as LayerFilter | null;
      try {
        const { client } = connection;
        const page = await (asked === null
          ? client.imageLayers.list({ ...place, folder })
          : client.imageLayers.find({ ...place, ...asked }));
        if (wanted.current !== key) return;
        setPages((before) => {
          const kept = before?.filter === key ? before.byFolder : new Map<string, LayerPage>();
          const entries = [...(kept.get(folder)?.entries.slice(0, offset) ?? []), ...page.entries];
          return { filter: key, byFolder: new Map(kept).set(folder, { ...page, entries }) };
        });
        setProblem(null);
      } catch (error) {
        if (wanted.current === key) setProblem(connection.problemOf(error));
      }
    },
    [connection, id, layer, key],
  );

  useEffect(() => {
    setOpen(new Set());
    void fetchPage(ROOT, 0);
  }, [fetchPage]);

  const byFolder = pages?.byFolder;
  const rows = useMemo(() => (byFolder === undefined ? null : flatten(byFolder, open)), [byFolder, open]);
  return {
    rows,
    problem,
    toggle(path) {
      const next = new Set(open);
      if (!next.delete(path)) next.add(path);
      setOpen(next);
      if (next.has(path) && byFolder?.get(path) === undefined) void fetchPage(path, 0);
    },
    loadMore: (folder) => void fetchPage(folder, byFolder?.get(folder)?.entries.length ?? 0),
  };
}

function flatten(byFolder: ReadonlyMap<string, LayerPage>, open: ReadonlySet<string>): LayerRow[] {
  const rows: LayerRow[] = [];
  const add = (folder: string, depth: number) => {
    const page = byFolder.get(folder);
    if (page === undefined) return;
    for (const entry of page.entries) {
      const isOpen = entry.kind === 'folder' && entry.inside > 0 ? open.has(entry.path) : null;
      rows.push({ type: 'entry', key: entry.path, entry, depth, open: isOpen });
      if (isOpen) add(entry.path, depth + 1);
    }
    const left = page.total - page.entries.length;
    if (left > 0) rows.push({ type: 'more', key: `${folder}\0more`, folder, depth, left });
  };
  add(ROOT, 0);
  return rows;
}
