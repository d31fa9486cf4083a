import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function imagesHandlers(api: Implementer, { images, registries }: Services): Handlers<'images'> {
  return {
    pull: api.images.pull.handler(({ input }) => registries.pull(input)),
    push: api.images.push.handler(({ input }) => registries.push(input)),
    remove: api.images.remove.handler(({ input, context }) => images.remove(input.id, context.signal)),
    get: api.images.get.handler(({ input, context }) => images.get(input.id, context.signal)),
    tag: api.images.tag.handler(({ input, context }) => images.tag(input.id, input.name, context.signal)),
    untag: api.images.untag.handler(({ input, context }) => images.untag(input.id, input.name, context.signal)),
    save: api.images.save.handler(({ input }) => images.save(input)),
    load: api.images.load.handler(({ input }) => images.load(input)),
    importFilesystem: api.images.importFilesystem.handler(({ input }) => images.importFilesystem(input)),
    commit: api.images.commit.handler(({ input }) => images.commit(input)),
    buildStarter: api.images.buildStarter.handler(({ input }) => images.buildStarter(input)),
  };
}
