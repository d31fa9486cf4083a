import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function filesHandlers(api: Implementer, { files }: Services): Handlers<'files'> {
  return {
    list: api.files.list.handler(({ input, context }) => files.list(input.place, input.path, context.signal)),
    view: api.files.view.handler(({ input, context }) => files.view(input.place, input.path, context.signal)),
    makeFolder: api.files.makeFolder.handler(({ input, context }) => files.makeFolder(input.place, input.path, context.signal)),
    rename: api.files.rename.handler(({ input: { place, ...paths }, context }) => files.rename(place, paths, context.signal)),
    remove: api.files.remove.handler(({ input: { place, ...what }, context }) => files.remove(place, what, context.signal)),
    changes: api.files.changes.handler(({ input, context }) => files.changes(input.machineId, context.signal)),
    upload: api.files.upload.handler(({ input }) => files.upload(input)),
    download: api.files.download.handler(({ input }) => files.download(input)),
  };
}
