import { AppError } from '../core/index.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function restartHandlers(api: Implementer, { inventory }: Services): Handlers<'restart'> {
  return {
    get: api.restart.get.handler(async ({ input, context }) => {
      const restart = facetOf(inventory.driver(input.engineId), 'restart');
      return { canChange: restart.setPolicy !== undefined, afterReboot: await restart.afterReboot(context.signal) };
    }),
    setPolicy: api.restart.setPolicy.handler(async ({ input: { id, policy }, context }) => {
      const driver = inventory.driverOf(id);
      const { setPolicy } = facetOf(driver, 'restart');
      if (setPolicy === undefined) throw new AppError('restartPolicyFixed', { engine: driver.engine().name });
      await setPolicy(id, policy, context.signal);
    }),
  };
}
