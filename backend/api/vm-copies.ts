import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function copiesHandlers(api: Implementer, { vmCopier }: Services): Handlers<'copies'> {
  return {
    clone: api.copies.clone.handler(({ input }) => vmCopier.clone(input)),
    export: api.copies.export.handler(({ input }) => vmCopier.export(input)),
    import: api.copies.import.handler(({ input }) => vmCopier.import(input)),
  };
}

export function binHandlers(api: Implementer, { vmBin }: Services): Handlers<'bin'> {
  return {
    list: api.bin.list.handler(({ context }) => vmBin.list(context.signal)),
    restore: api.bin.restore.handler(({ input, context }) => vmBin.restore(input, context.signal)),
    remove: api.bin.remove.handler(({ input, context }) => vmBin.remove(input, context.signal)),
  };
}
