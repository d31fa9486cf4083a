import { useEffect, useState } from 'react';
import type { ImageDetails, ImageId, Problem } from '../../../backend/contract/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';

/** What the image says of itself; null while it is asked. Asked again when its names change. */
export function useImageDetails(id: ImageId | null): { details: ImageDetails } | { problem: Problem } | null {
  const { connection } = useStores();
  const names = useInventory(({ images }) => (id === null ? undefined : images.get(id)?.names));
  const [loaded, setLoaded] = useState<{ id: ImageId; result: { details: ImageDetails } | { problem: Problem } } | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: other names are other details
  useEffect(() => {
    if (id === null) return;
    const leaving = new AbortController();
    connection.client.images.get({ id }, { signal: leaving.signal }).then(
      (details) => setLoaded({ id, result: { details } }),
      (error) => leaving.signal.aborted || setLoaded({ id, result: { problem: connection.problemOf(error) } }),
    );
    return () => leaving.abort();
  }, [connection, id, names]);
  return loaded?.id === id ? loaded.result : null;
}
