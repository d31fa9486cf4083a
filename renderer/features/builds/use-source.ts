import { useEffect, useState } from 'react';
import type { Problem } from '../../../backend/contract/index.ts';
import { useStores } from '../../stores/index.ts';
import { type DroppedFolder, previewDropped } from './dropped-folder.ts';

/** What there is to build; `files` and `sizeBytes` are null where only the page can count, when it packs. */
export interface SourcePreview {
  dockerfiles: string[];
  dockerfile: string | null;
  files: number | null;
  sizeBytes: number | null;
}

const TYPED_MS = 250;

/** Looks into the folder that is typed, or was dropped, whenever it is another one. */
export function useSource(of: { path: string; dropped: DroppedFolder | null; dockerfile: string | null }): {
  preview: SourcePreview | null;
  problem: Problem | null;
} {
  const { connection } = useStores();
  const { path, dropped, dockerfile } = of;
  const [state, setState] = useState<{ preview: SourcePreview | null; problem: Problem | null }>({ preview: null, problem: null });
  useEffect(() => {
    const ending = new AbortController();
    setState({ preview: null, problem: null });
    if (dropped === null && path.trim() === '') return;
    const look = async (): Promise<SourcePreview> =>
      dropped === null
        ? connection.client.builds.preview({ path: path.trim(), dockerfile }, { signal: ending.signal })
        : { ...(await previewDropped(dropped, dockerfile)), files: null, sizeBytes: null };
    const timer = setTimeout(
      () =>
        look().then(
          (preview) => !ending.signal.aborted && setState({ preview, problem: null }),
          (error: unknown) => !ending.signal.aborted && setState({ preview: null, problem: connection.problemOf(error) }),
        ),
      dropped === null ? TYPED_MS : 0,
    );
    return () => {
      clearTimeout(timer);
      ending.abort();
    };
  }, [connection, path, dropped, dockerfile]);
  return state;
}
