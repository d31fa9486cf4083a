import { splitId } from '../contract/index.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function networksHandlers(api: Implementer, { inventory }: Services): Handlers<'networks'> {
  return {
    create: api.networks.create.handler(async ({ input: { engineId, ...request }, context }) => {
      const networkId = await facetOf(inventory.driver(engineId), 'networks').create(request, context.signal);
      // Podman tells of none that is made.
      await inventory.list(engineId, 'networks', context.signal);
      return { networkId };
    }),
    remove: api.networks.remove.handler(async ({ input: { id }, context }) => {
      await facetOf(inventory.driverOf(id), 'networks').remove(id, context.signal);
      await inventory.list(splitId(id).engineId, 'networks', context.signal);
    }),
    connect: api.networks.connect.handler(({ input, context }) =>
      facetOf(inventory.driverOf(input.id), 'networks').connect(input, context.signal),
    ),
    disconnect: api.networks.disconnect.handler(({ input: { id, machineId }, context }) =>
      facetOf(inventory.driverOf(id), 'networks').disconnect(id, machineId, context.signal),
    ),
  };
}
