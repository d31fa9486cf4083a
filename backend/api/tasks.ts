import { type Handlers, type Implementer, stream } from './implementer.ts';
import type { Services } from './services.ts';

export function tasksHandlers(api: Implementer, { tasks }: Services): Handlers<'tasks'> {
  return {
    watch: api.tasks.watch.handler(({ context }) => stream(tasks.watch(context.signal), context)),
    cancel: api.tasks.cancel.handler(({ input }) => tasks.cancel(input.id)),
  };
}
