import { facetOf } from '../drivers/facets.ts';
import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function vmTemplatesHandlers(api: Implementer, { inventory }: Services): Handlers<'vmTemplates'> {
  return {
    list: api.vmTemplates.list.handler(({ input, context }) =>
      facetOf(inventory.driver(input.engineId), 'vmTemplates').list(context.signal),
    ),
    remove: api.vmTemplates.remove.handler(({ input, context }) =>
      facetOf(inventory.driver(input.engineId), 'vmTemplates').remove(input.keys, context.signal),
    ),
  };
}
