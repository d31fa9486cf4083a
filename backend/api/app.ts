import { CONTRACT_VERSION } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function appHandlers(api: Implementer, { app }: Services): Handlers<'app'> {
  return {
    hello: api.app.hello.handler(({ input }) => {
      if (input.contractVersion !== CONTRACT_VERSION) {
        throw new AppError('versionMismatch', { page: input.contractVersion, app: CONTRACT_VERSION });
      }
      return app;
    }),
    ping: api.app.ping.handler(({ input }) => input),
  };
}
