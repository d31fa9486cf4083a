import { facetOf } from '../drivers/facets.ts';
import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function hardwareHandlers(api: Implementer, { inventory }: Services): Handlers<'hardware'> {
  const of = (id: Parameters<typeof inventory.driverOf>[0]) => facetOf(inventory.driverOf(id), 'hardware');
  return {
    get: api.hardware.get.handler(({ input: { id }, context }) => of(id).get(id, context.signal)),
    // Not ended by a page that goes away: what is half changed is worse than what is changed.
    change: api.hardware.change.handler(({ input: { id, change } }) => of(id).change(id, change, NEVER)),
    undo: api.hardware.undo.handler(({ input: { id, fields } }) => of(id).undo(id, fields, NEVER)),
    forceEject: api.hardware.forceEject.handler(({ input: { id } }) => of(id).forceEject(id, NEVER)),
    setBalloon: api.hardware.setBalloon.handler(({ input: { id, memoryBytes }, context }) =>
      of(id).setBalloon(id, memoryBytes, context.signal),
    ),
    rename: api.hardware.rename.handler(({ input: { id, name }, context }) => of(id).rename(id, name, context.signal)),
    autostart: api.hardware.autostart.handler(({ input: { id } }) => of(id).autostart(id)),
    setAutostart: api.hardware.setAutostart.handler(({ input: { id, autostart }, context }) =>
      of(id).setAutostart(id, autostart, context.signal),
    ),
  };
}

const NEVER = new AbortController().signal;
