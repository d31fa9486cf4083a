import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function imagesHandlers(api: Implementer, { images }: Services): Handlers<'images'> {
  return {
    pull: api.images.pull.handler(({ input }) => images.pull(input)),
    remove: api.images.remove.handler(({ input, context }) => images.remove(input.id, context.signal)),
    buildStarter: api.images.buildStarter.handler(({ input }) => images.buildStarter(input)),
  };
}
