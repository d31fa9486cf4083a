import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function disksHandlers(api: Implementer, { vmDisks }: Services): Handlers<'disks'> {
  return {
    list: api.disks.list.handler(({ input, context }) => vmDisks.list(input.id, context.signal)),
    grow: api.disks.grow.handler(({ input }) => vmDisks.grow(input)),
    compact: api.disks.compact.handler(({ input }) => vmDisks.compact(input)),
    check: api.disks.check.handler(({ input }) => vmDisks.check(input)),
    repair: api.disks.repair.handler(({ input }) => vmDisks.repair(input)),
    settleRepair: api.disks.settleRepair.handler(({ input, context }) => vmDisks.settleRepair(input, context.signal)),
    convert: api.disks.convert.handler(({ input }) => vmDisks.convert(input)),
    flatten: api.disks.flatten.handler(({ input }) => vmDisks.flatten(input)),
    export: api.disks.export.handler(({ input }) => vmDisks.export(input)),
    add: api.disks.add.handler(({ input }) => vmDisks.add(input)),
    detach: api.disks.detach.handler(({ input }) => vmDisks.detach(input)),
    deleteFile: api.disks.deleteFile.handler(({ input, context }) => vmDisks.deleteFile(input, context.signal)),
  };
}
