import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function machinesHandlers(api: Implementer, { inventory, machines }: Services): Handlers<'machines'> {
  return {
    run: api.machines.run.handler(({ input }) => machines.run(input)),
    act: api.machines.act.handler(({ input: { ids, action, force = false } }) => machines.act(ids, action, { force })),
    inspect: api.machines.inspect.handler(({ input: { id }, context }) => inventory.driverOf(id).inspect(id, context.signal)),
    setPorts: api.machines.setPorts.handler(({ input: { id, ports }, context }) => machines.setPorts(id, ports, context.signal)),
  };
}
