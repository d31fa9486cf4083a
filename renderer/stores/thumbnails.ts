import type { MachineId, Picture } from '../../backend/contract/index.ts';
import type { BackendConnection } from '../backend/index.ts';
import { followAlways } from './follow.ts';

/** What machines' screens show, in small: only of those that somebody looks at, while the page is in sight. */
export interface Thumbnails {
  picture(id: MachineId): Picture | null;
  /** Looks at a machine until the function that is returned is called; the listener hears of each new picture. */
  watch(id: MachineId, listener: () => void): () => void;
  close(): void;
}

/** Not standard everywhere. https://wicg.github.io/netinfo/#savedata-attribute */
function wantsLittleData(): boolean {
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  return connection?.saveData === true || matchMedia('(prefers-reduced-data: reduce)').matches;
}

export function createThumbnails(connection: BackendConnection): Thumbnails {
  const listeners = new Map<MachineId, Set<() => void>>();
  const pictures = new Map<MachineId, Picture>();
  let stream: AbortController | null = null;
  let asked = '';
  let turning = false;

  function turn(): void {
    turning = false;
    const wanted = document.visibilityState === 'visible' && !wantsLittleData();
    const ids = wanted ? [...listeners.keys()].sort() : [];
    if (ids.join() === asked) return;
    asked = ids.join();
    stream?.abort();
    stream = null;
    for (const id of pictures.keys()) if (!listeners.has(id)) pictures.delete(id);
    if (ids.length === 0) return;
    stream = new AbortController();
    void followAlways(
      connection,
      {
        open: (client, signal) => client.displays.watchThumbnails({ ids }, { signal }),
        onValue: ({ id, picture }) => {
          if (picture === null) pictures.delete(id);
          else pictures.set(id, picture);
          for (const listener of listeners.get(id) ?? []) listener();
        },
        // A list without pictures is a list all the same.
        onProblem: () => {},
      },
      stream.signal,
    );
  }

  /** Rows come and go many at a time. */
  function turnSoon(): void {
    if (turning) return;
    turning = true;
    setTimeout(turn, 0);
  }
  document.addEventListener('visibilitychange', turnSoon);

  return {
    picture: (id) => pictures.get(id) ?? null,
    watch(id, listener) {
      const all = listeners.get(id) ?? new Set();
      listeners.set(id, all.add(listener));
      turnSoon();
      return () => {
        all.delete(listener);
        if (all.size === 0) listeners.delete(id);
        turnSoon();
      };
    },
    close() {
      document.removeEventListener('visibilitychange', turnSoon);
      stream?.abort();
    },
  };
}
