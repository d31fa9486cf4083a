import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function imageLayersHandlers(api: Implementer, { imageLayers }: Services): Handlers<'imageLayers'> {
  return {
    read: api.imageLayers.read.handler(({ input }) => imageLayers.read(input.id)),
    list: api.imageLayers.list.handler(({ input }) => imageLayers.list(input)),
    find: api.imageLayers.find.handler(({ input }) => imageLayers.find(input)),
  };
}
