import { type Handlers, type Implementer, stream } from './implementer.ts';
import type { Services } from './services.ts';

export function buildsHandlers(api: Implementer, { builds }: Services): Handlers<'builds'> {
  return {
    start: api.builds.start.handler(({ input }) => builds.start(input)),
    again: api.builds.again.handler(({ input }) => builds.again(input.id, input.upload ?? null)),
    finished: api.builds.finished.handler(({ input, context }) => builds.finished(input.id, context.signal)),
    watch: api.builds.watch.handler(({ input, context }) => stream(builds.watch(input.id, context.signal), context)),
    log: api.builds.log.handler(({ input, context }) => stream(builds.log(input, context.signal), context)),
    list: api.builds.list.handler(({ context }) => stream(builds.list(context.signal), context)),
    abilities: api.builds.abilities.handler(({ input }) => builds.abilities(input.engineId)),
    preview: api.builds.preview.handler(({ input, context }) => builds.preview(input, context.signal)),
    folders: api.builds.folders.handler(({ input, context }) => builds.folders(input.path, context.signal)),
  };
}
