import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function containersHandlers(api: Implementer, { containers }: Services): Handlers<'containers'> {
  return {
    create: api.containers.create.handler(({ input }) => containers.create(input)),
    recreate: api.containers.recreate.handler(({ input }) => containers.recreate(input)),
    describe: api.containers.describe.handler(({ input, context }) => containers.describe(input, context.signal)),
    port: api.containers.port.handler(({ input, context }) => containers.port(input, context.signal)),
  };
}

export function templatesHandlers(api: Implementer, { templates }: Services): Handlers<'templates'> {
  return {
    list: api.templates.list.handler(() => templates.list()),
    save: api.templates.save.handler(({ input }) => templates.save(input)),
    rename: api.templates.rename.handler(({ input }) => templates.rename(input)),
    remove: api.templates.remove.handler(({ input }) => templates.remove(input.id)),
  };
}
