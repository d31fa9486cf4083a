import type { GuestReport, Machine } from '../../../backend/contract/index.ts';
import { type Reading, useReading } from '../../stores/index.ts';

/** An emulated agent takes half a second for all that is asked of it. */
const READ_EVERY_MS = 5000;

export function useGuest({ id, state, startedAtMs }: Machine): Reading<GuestReport> {
  const of = state === 'running' || state === 'saving' ? `${id} ${startedAtMs}` : null;
  return useReading((client, signal) => client.guest.get({ id }, { signal }), { of, everyMs: READ_EVERY_MS });
}
