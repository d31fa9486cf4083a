import { type Handlers, type Implementer, stream } from './implementer.ts';
import type { Services } from './services.ts';

export function logsHandlers(api: Implementer, { logs }: Services): Handlers<'logs'> {
  return {
    read: api.logs.read.handler(({ input, context }) => stream(logs.read(input, context.signal), context)),
    save: api.logs.save.handler(({ input, context }) => logs.save(input, context.signal)),
  };
}
