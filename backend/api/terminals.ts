import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

/** Opening and closing only: the bytes go over their own channel (contract/terminal.ts). */
export function terminalsHandlers(api: Implementer, { terminals }: Services): Handlers<'terminals'> {
  return {
    list: api.terminals.list.handler(() => terminals.list()),
    open: api.terminals.open.handler(({ input, context }) => terminals.open(input, context.signal)),
    close: api.terminals.close.handler(({ input }) => terminals.close(input.id)),
  };
}
