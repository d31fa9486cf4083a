import { type Handlers, type Implementer, stream } from './implementer.ts';
import type { Services } from './services.ts';

export function settingsHandlers(api: Implementer, { settings }: Services): Handlers<'settings'> {
  return {
    watch: api.settings.watch.handler(({ context }) => stream(settings.watch(context.signal), context)),
    update: api.settings.update.handler(({ input }) => settings.update(input)),
  };
}
