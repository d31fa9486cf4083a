import { useEffect, useState } from 'react';
import { type Machine, type MachineEvent, splitId } from '../../../../backend/contract/index.ts';
import { useInventory, useStores } from '../../../stores/index.ts';

/** What happened to a machine, oldest first, as it happens; null while it is not known, or where the engine does not tell. */
export function useMachineEvents(machine: Pick<Machine, 'id' | 'name'> | undefined): readonly MachineEvent[] | null {
  const { connection, notices } = useStores();
  const { id, name } = machine ?? {};
  const tells = useInventory(({ engines }) => id !== undefined && engines.get(splitId(id).engineId)?.facets.includes('events') === true);
  const [events, setEvents] = useState<readonly MachineEvent[] | null>(null);
  useEffect(() => {
    setEvents(null);
    if (id === undefined || !tells) return;
    const ending = new AbortController();
    let isFirst = true;
    connection
      .follow(
        (client, signal) => {
          isFirst = true;
          return client.events.watch({ id }, { signal });
        },
        (batch) => {
          // A stream begins with all that is known, also after a reconnect.
          const begins = isFirst;
          isFirst = false;
          setEvents((before) => (begins || before === null ? batch : [...before, ...batch]));
        },
        ending.signal,
      )
      .catch((error: unknown) => notices.tell(connection.problemOf(error), name ?? ''));
    return () => ending.abort();
  }, [connection, notices, id, name, tells]);
  return events;
}
