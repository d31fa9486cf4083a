import { useMemo } from 'react';
import type { FilePlace, FileView } from '../../../backend/contract/index.ts';
import { useStores } from '../../stores/index.ts';
import { shownName } from './file-rows.ts';
import { tarBlob, type UploadItem } from './tar-blob.ts';

export interface FileCommands {
  /** Each tells its failure itself; true, or what was asked for, when it went well. */
  upload(folder: string, items: readonly UploadItem[]): Promise<boolean>;
  download(path: string, asTar: boolean): Promise<boolean>;
  makeFolder(path: string): Promise<boolean>;
  rename(from: string, to: string): Promise<boolean>;
  remove(folder: string, names: string[]): Promise<boolean>;
  view(path: string): Promise<FileView | null>;
}

export function useFileCommands(place: FilePlace): FileCommands {
  const { connection, notices } = useStores();
  return useMemo(() => {
    const { files } = connection.client;
    async function attempt<T>(call: Promise<T>): Promise<T | null> {
      try {
        return await call;
      } catch (error) {
        notices.tell(connection.problemOf(error));
        return null;
      }
    }
    const done = async (call: Promise<unknown>) => (await attempt(call.then(() => true))) === true;
    return {
      async upload(folder, items) {
        const [first] = items;
        if (first === undefined) return false;
        const body = tarBlob(items);
        const top = new Set(items.map(({ path }) => path.split('/')[0] ?? path));
        const subject = `${shownName([...top][0] ?? '')}${top.size > 1 ? ` +${top.size - 1}` : ''}`.slice(0, 200);
        return done(connection.sendFile(body, (transferId) => files.upload({ place, folder, subject, sizeBytes: body.size, transferId })));
      },
      download: (path, asTar) => done(connection.saveFile((transferId) => files.download({ place, path, asTar, transferId }))),
      makeFolder: (path) => done(files.makeFolder({ place, path })),
      rename: (from, to) => done(files.rename({ place, from, to })),
      remove: (folder, names) => done(files.remove({ place, folder, names })),
      view: (path) => attempt(files.view({ place, path })),
    };
  }, [connection, notices, place]);
}
