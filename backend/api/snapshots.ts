import type { Handlers, Implementer } from './implementer.ts';
import type { Services } from './services.ts';

export function snapshotsHandlers(api: Implementer, { snapshots }: Services): Handlers<'snapshots'> {
  const call = api.snapshots;
  return {
    get: call.get.handler(({ input, context }) => snapshots.get(input.id, context.signal)),
    take: call.take.handler(({ input }) => snapshots.take(input)),
    rename: call.rename.handler(({ input: { id, snapshotId, ...words }, context }) =>
      snapshots.rename(id, { id: snapshotId, ...words }, context.signal),
    ),
    revert: call.revert.handler(({ input }) => snapshots.revert(input)),
    deletionOf: call.deletionOf.handler(({ input, context }) => snapshots.deletionOf(input.id, input.snapshotId, context.signal)),
    delete: call.delete.handler(({ input }) => snapshots.delete(input.id, input.snapshotId)),
    setSchedule: call.setSchedule.handler(({ input, context }) => snapshots.setSchedule(input.id, input.schedule, context.signal)),
  };
}
