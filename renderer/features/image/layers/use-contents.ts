import { useEffect, useState } from 'react';
import type { ImageContents, ImageId, Problem } from '../../../../backend/contract/index.ts';
import { useStores } from '../../../stores/index.ts';

export type Contents =
  | { state: 'unread'; read: () => void }
  | { state: 'reading' }
  | { state: 'failed'; problem: Problem; read: () => void }
  | { state: 'read'; contents: ImageContents };

/** What is in the image's layers, read at once or when it is asked for. Leaving the page does not stop the reading. */
export function useContents(id: ImageId, atOnce: boolean): Contents {
  const { connection } = useStores();
  const [attempt, setAttempt] = useState(atOnce ? 1 : 0);
  const [result, setResult] = useState<{ attempt: number; contents: ImageContents } | { attempt: number; problem: Problem } | null>(null);
  useEffect(() => {
    if (attempt === 0) return;
    let left = false;
    connection.client.imageLayers.read({ id }).then(
      (contents) => left || setResult({ attempt, contents }),
      (error) => left || setResult({ attempt, problem: connection.problemOf(error) }),
    );
    return () => {
      left = true;
    };
  }, [connection, id, attempt]);
  const read = () => setAttempt((count) => count + 1);
  if (attempt === 0) return { state: 'unread', read };
  if (result === null || result.attempt !== attempt) return { state: 'reading' };
  if ('contents' in result) return { state: 'read', contents: result.contents };
  return result.problem.reason === 'cancelled' ? { state: 'unread', read } : { state: 'failed', problem: result.problem, read };
}
