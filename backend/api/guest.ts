import type { MachineId } from '../contract/index.ts';
import { facetOf } from '../drivers/facets.ts';
import type { GuestFacet } from '../drivers/guest.ts';
import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function guestHandlers(api: Implementer, { inventory }: Services): Handlers<'guest'> {
  const guestOf = (id: MachineId): GuestFacet => facetOf(inventory.driverOf(id), 'guest');
  return {
    get: api.guest.get.handler(({ input, context }) => guestOf(input.id).report(input.id, context.signal)),
    exec: api.guest.exec.handler(({ input, context }) => guestOf(input.id).exec(input, context.signal)),
    trim: api.guest.trim.handler(({ input, context }) => guestOf(input.id).trim(input.id, context.signal)),
    setPassword: api.guest.setPassword.handler(({ input, context }) => guestOf(input.id).setPassword(input, context.signal)),
    addSshKey: api.guest.addSshKey.handler(({ input, context }) => guestOf(input.id).addSshKey(input, context.signal)),
    reboot: api.guest.reboot.handler(({ input, context }) => guestOf(input.id).reboot(input.id, context.signal)),
  };
}
