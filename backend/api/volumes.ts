import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function volumesHandlers(api: Implementer, { volumes }: Services): Handlers<'volumes'> {
  return {
    create: api.volumes.create.handler(({ input, context }) => volumes.create(input, context.signal)),
    remove: api.volumes.remove.handler(({ input, context }) => volumes.remove(input.ids, context.signal)),
    sizes: api.volumes.sizes.handler(({ input, context }) => volumes.sizes(input.engineId, context.signal)),
    clone: api.volumes.clone.handler(({ input }) => volumes.clone(input)),
    empty: api.volumes.empty.handler(({ input }) => volumes.empty(input.id)),
    export: api.volumes.export.handler(({ input }) => volumes.export(input)),
    import: api.volumes.import.handler(({ input }) => volumes.import(input)),
  };
}
