import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function registriesHandlers(api: Implementer, { registries }: Services): Handlers<'registries'> {
  return {
    list: api.registries.list.handler(({ input, context }) => registries.list(input.engineId, context.signal)),
    check: api.registries.check.handler(({ input, context }) => registries.check(input, context.signal)),
    signIn: api.registries.signIn.handler(({ input, context }) => registries.signIn(input, context.signal)),
    signOut: api.registries.signOut.handler(({ input, context }) => registries.signOut(input, context.signal)),
  };
}
