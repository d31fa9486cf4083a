import { type Handlers, type Implementer, stream } from './implementer.ts';
import type { Services } from './services.ts';

export function displaysHandlers(api: Implementer, { displays }: Services): Handlers<'displays'> {
  return {
    watchThumbnails: api.displays.watchThumbnails.handler(({ input, context }) =>
      stream(displays.watchThumbnails(input.ids, context.signal), context),
    ),
    capture: api.displays.capture.handler(({ input, context }) => displays.capture(input.id, context.signal)),
    saveScreenshot: api.displays.saveScreenshot.handler(({ input }) => displays.saveScreenshot(input.id, input.transferId)),
    clipboard: api.displays.clipboard.handler(({ input, context }) => displays.clipboard(input.id, context.signal)),
  };
}
