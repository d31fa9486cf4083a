import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function isolationHandlers(api: Implementer, { isolation }: Services): Handlers<'isolation'> {
  return {
    get: api.isolation.get.handler(({ input: { id }, context }) => isolation.get(id, context.signal)),
  };
}
