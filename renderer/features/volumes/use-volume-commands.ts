import { useMemo } from 'react';
import type { EngineId, VolumeId, VolumeRequest } from '../../../backend/contract/index.ts';
import { useStores } from '../../stores/index.ts';

export interface ImportRequest {
  engineId: EngineId;
  name: string;
  into: 'new' | 'existing';
  file: File;
}

export interface VolumeCommands {
  /** Each tells its failure itself, and answers whether it went well. */
  create(request: VolumeRequest): Promise<boolean>;
  remove(ids: readonly VolumeId[]): Promise<void>;
  clone(id: VolumeId, name: string): Promise<boolean>;
  empty(id: VolumeId): Promise<boolean>;
  export(id: VolumeId, gzip: boolean): Promise<boolean>;
  import(request: ImportRequest): Promise<boolean>;
  /** Sizes of every volume of these engines. */
  sizes(engines: readonly EngineId[]): Promise<Map<VolumeId, number | null>>;
}

export function useVolumeCommands(): VolumeCommands {
  const { connection, notices, inventory } = useStores();
  return useMemo(() => {
    const { volumes } = connection.client;
    async function done(call: Promise<unknown>, subject: string | null = null): Promise<boolean> {
      try {
        await call;
        return true;
      } catch (error) {
        notices.tell(connection.problemOf(error), subject);
        return false;
      }
    }
    const nameOf = (id: VolumeId) => inventory.getState().volumes.get(id)?.name ?? null;
    return {
      create: (request) => done(volumes.create(request)),
      async remove(ids) {
        if (ids.length === 0) return;
        try {
          const answers = await volumes.remove({ ids: [...ids] });
          const refused = answers.flatMap(({ id, problem }) => (problem === null ? [] : [{ id, problem }]));
          if (refused[0] !== undefined) notices.tell(refused[0].problem, nameOf(refused[0].id), { others: refused.length - 1 });
        } catch (error) {
          notices.tell(connection.problemOf(error));
        }
      },
      clone: (id, name) => done(volumes.clone({ id, name }), nameOf(id)),
      empty: (id) => done(volumes.empty({ id }), nameOf(id)),
      export: (id, gzip) =>
        done(
          connection.saveFile((transferId) => volumes.export({ id, gzip, transferId })),
          nameOf(id),
        ),
      import: ({ file, ...request }) =>
        done(
          connection.sendFile(file, (transferId) => volumes.import({ ...request, sizeBytes: file.size, transferId })),
          request.name,
        ),
      async sizes(engines) {
        const found = new Map<VolumeId, number | null>();
        for (const engineId of engines) {
          try {
            for (const { id, sizeBytes } of await volumes.sizes({ engineId })) found.set(id, sizeBytes);
          } catch (error) {
            notices.tell(connection.problemOf(error));
          }
        }
        return found;
      },
    };
  }, [connection, notices, inventory]);
}

/** As contract/volume.ts has it. */
export const VOLUME_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,200}$/;
