import { splitId } from '../contract/index.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function podsHandlers(api: Implementer, { inventory }: Services): Handlers<'pods'> {
  return {
    create: api.pods.create.handler(async ({ input: { engineId, ...spec }, context: { signal } }) => {
      const podId = await facetOf(inventory.driver(engineId), 'pods').create(spec, signal);
      await inventory.list(engineId, 'pods', signal);
      return { podId };
    }),
    addContainer: api.pods.addContainer.handler(async ({ input, context: { signal } }) => {
      const { podId, imageId, name = null, command = null } = input;
      const driver = inventory.driverOf(podId);
      const imageName = inventory.image(imageId).names[0] ?? splitId(imageId).nativeId;
      const machineId = await facetOf(driver, 'pods').addContainer(podId, { imageId, imageName, name, command }, signal);
      await driver.act(machineId, 'start', { force: false }, signal);
      await inventory.list(splitId(podId).engineId, 'pods', signal);
      return { machineId };
    }),
    act: api.pods.act.handler(async ({ input: { id, action }, context: { signal } }) => {
      await facetOf(inventory.driverOf(id), 'pods').act(id, action, signal);
      await inventory.list(splitId(id).engineId, 'pods', signal);
    }),
  };
}
