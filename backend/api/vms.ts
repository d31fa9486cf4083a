import { facetOf } from '../drivers/facets.ts';
import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function vmsHandlers(api: Implementer, { inventory, vmCreator }: Services): Handlers<'vms'> {
  return {
    abilities: api.vms.abilities.handler(({ input, context }) =>
      facetOf(inventory.driver(input.engineId), 'virtualMachines').abilities(context.signal),
    ),
    create: api.vms.create.handler(({ input }) => vmCreator.create(input)),
  };
}
