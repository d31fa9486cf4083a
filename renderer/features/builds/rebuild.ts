import { useCallback } from 'react';
import { useLocation } from 'wouter';
import type { Build, BuildRequest, BuildUpload, TaskId } from '../../../backend/contract/index.ts';
import { useStores } from '../../stores/index.ts';
import { buildUrl } from './build-url.ts';
import { type DroppedFolder, droppedFolders, packDropped } from './dropped-folder.ts';

type Request = Omit<BuildRequest, 'source'>;

export interface BuildCommands {
  /** Starts a build and goes to its page. False when it could not be started: then it has been told why. */
  start(request: Request, source: { path: string } | DroppedFolder): Promise<boolean>;
  /** The same once more, with its files as they are now. */
  again(build: Build): Promise<void>;
}

export function useBuildCommands(): BuildCommands {
  const { connection, notices } = useStores();
  const [, navigate] = useLocation();

  const startDropped = useCallback(
    async (folder: DroppedFolder, begin: (source: BuildUpload) => Promise<{ id: TaskId }>, dockerfile: string) => {
      const archive = await packDropped(folder, dockerfile);
      await connection.sendFile(archive, async (transferId) => {
        const { id } = await begin({ type: 'upload', transferId, name: folder.name, sizeBytes: archive.size });
        droppedFolders.remember(id, folder);
        navigate(buildUrl(id));
        // The bytes are sent as long as this call lasts.
        await connection.client.builds.finished({ id });
      });
    },
    [connection, navigate],
  );

  const start = useCallback(
    async (request: Request, source: { path: string } | DroppedFolder) => {
      try {
        if ('path' in source) {
          const { id } = await connection.client.builds.start({ ...request, source: { type: 'folder', path: source.path } });
          navigate(buildUrl(id));
          return true;
        }
        const started = Promise.withResolvers<boolean>();
        startDropped(
          source,
          async (uploaded) => {
            const answer = await connection.client.builds.start({ ...request, source: uploaded });
            started.resolve(true);
            return answer;
          },
          request.dockerfile,
        ).catch(started.reject);
        return await started.promise;
      } catch (error) {
        notices.tell(connection.problemOf(error));
        return false;
      }
    },
    [connection, notices, navigate, startDropped],
  );

  const again = useCallback(
    async (build: Build) => {
      const folder = droppedFolders.of(build.id);
      try {
        if (folder === null) navigate(buildUrl((await connection.client.builds.again({ id: build.id })).id));
        else await startDropped(folder, (upload) => connection.client.builds.again({ id: build.id, upload }), build.options.dockerfile);
      } catch (error) {
        notices.tell(connection.problemOf(error));
      }
    },
    [connection, notices, navigate, startDropped],
  );
  return { start, again };
}
