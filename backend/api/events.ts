import { facetOf } from '../drivers/facets.ts';
import { type Handlers, type Implementer, stream } from './implementer.ts';
import type { Services } from './services.ts';

export function eventsHandlers(api: Implementer, { inventory }: Services): Handlers<'events'> {
  return {
    watch: api.events.watch.handler(({ input: { id }, context }) =>
      stream(facetOf(inventory.driverOf(id), 'events').watch(id, context.signal), context),
    ),
  };
}

export function healthHandlers(api: Implementer, { inventory }: Services): Handlers<'health'> {
  return {
    get: api.health.get.handler(({ input: { id }, context }) => facetOf(inventory.driverOf(id), 'health').read(id, context.signal)),
  };
}
