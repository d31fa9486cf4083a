import { type Handlers, type Implementer, stream } from './implementer.ts';
import type { Services } from './services.ts';

export function guestImagesHandlers(api: Implementer, { guestImages }: Services): Handlers<'guestImages'> {
  const calls = api.guestImages;
  return {
    watch: calls.watch.handler(({ context }) => stream(guestImages.watch(context.signal), context)),
    catalogue: calls.catalogue.handler(({ context }) => guestImages.catalogue(context.signal)),
    download: calls.download.handler(({ input }) => guestImages.download(input.entryId)),
    downloadFrom: calls.downloadFrom.handler(({ input }) => guestImages.downloadFrom(input)),
    pause: calls.pause.handler(({ input }) => guestImages.pause(input.id)),
    resume: calls.resume.handler(({ input }) => guestImages.resume(input.id)),
    import: calls.import.handler(({ input }) => guestImages.import(input)),
    upload: calls.upload.handler(({ input }) => guestImages.upload(input)),
    remove: calls.remove.handler(({ input, context }) => guestImages.remove(input.id, context.signal)),
  };
}
