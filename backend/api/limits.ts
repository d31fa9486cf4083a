import { facetOf } from '../drivers/facets.ts';
import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function limitsHandlers(api: Implementer, { inventory }: Services): Handlers<'limits'> {
  return {
    get: api.limits.get.handler(({ input: { id }, context }) => facetOf(inventory.driverOf(id), 'limits').get(id, context.signal)),
    set: api.limits.set.handler(({ input: { id, change }, context }) =>
      facetOf(inventory.driverOf(id), 'limits').set(id, change, context.signal),
    ),
  };
}
