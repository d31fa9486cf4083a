import { type Handlers, type Implementer, stream } from './implementer.ts';
import type { Services } from './services.ts';

export function metricsHandlers(api: Implementer, { metrics }: Services): Handlers<'metrics'> {
  return {
    watch: api.metrics.watch.handler(({ input, context }) => stream(metrics.watch(input, context.signal), context)),
    history: api.metrics.history.handler(({ input }) => metrics.history(input)),
  };
}
