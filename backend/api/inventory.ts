import { type Handlers, type Implementer, stream } from './implementer.ts';
import type { Services } from './services.ts';

export function inventoryHandlers(api: Implementer, { inventory }: Services): Handlers<'inventory'> {
  return {
    watch: api.inventory.watch.handler(({ context }) => stream(inventory.watch(context.signal), context)),
    search: api.inventory.search.handler(({ context }) => inventory.search(context.signal)),
  };
}
