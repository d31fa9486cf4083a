import { hasProcesses, type Isolation, type Machine } from '../../../../backend/contract/index.ts';
import { type Reading, useReading } from '../../../stores/index.ts';

/** Often enough to watch a limit being met, at some thirty small files a time. */
const READ_EVERY_MS = 3000;

export function useIsolation({ id, state, startedAtMs }: Machine): Reading<Isolation> {
  const of = isUp(state) ? `${id} ${startedAtMs}` : null;
  return useReading((client, signal) => client.isolation.get({ id }, { signal }), { of, everyMs: READ_EVERY_MS });
}

export function isUp(state: Machine['state']): boolean {
  return hasProcesses(state);
}
