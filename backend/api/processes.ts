import { facetOf } from '../drivers/facets.ts';
import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function processesHandlers(api: Implementer, { inventory }: Services): Handlers<'processes'> {
  return {
    list: api.processes.list.handler(({ input: { id }, context }) => facetOf(inventory.driverOf(id), 'processes').list(id, context.signal)),
    signal: api.processes.signal.handler(({ input, context }) =>
      facetOf(inventory.driverOf(input.id), 'processes').signal(input, context.signal),
    ),
  };
}
