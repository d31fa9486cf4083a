import type {
  Build,
  BuildAbilities,
  BuildRequest,
  BuildSummary,
  BuildUpload,
  ContextPreview,
  EngineId,
  FolderListing,
  ImageId,
  LogLine,
  TaskId,
} from '../contract/index.ts';
import { AppError, type Clock, Latest, toAppError } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Host } from '../hosts/host.ts';
import type { Tasks } from '../tasks/index.ts';
import type { Transfers } from '../transfers/index.ts';
import { BuildRecord } from './build-record.ts';
import { readContext } from './context.ts';
import { listFolder, previewContext } from './folders.ts';
import { Spool } from './spool.ts';

/** Ended builds that are remembered, with their logs. */
const KEPT = 30;

/** Builds of Dockerfiles: started, watched while they run, remembered until the app ends. */
export interface BuildService extends AsyncDisposable {
  /** Returns at once: what becomes of it is for `watch`. @throws AppError actionUnsupported */
  start(request: BuildRequest): { id: TaskId };
  /** The same build once more, with its files as they are now: what a page sent, it sends again. @throws AppError buildMissing, contextUnsendable */
  again(id: TaskId, upload: BuildUpload | null): { id: TaskId };
  /** The build when it has ended, however it ended. @throws AppError buildMissing */
  finished(id: TaskId, signal: AbortSignal): Promise<Build>;
  /** Slow reader: `latest`. Ends with the build. @throws AppError buildMissing */
  watch(id: TaskId, signal: AbortSignal): AsyncIterable<Build>;
  /** The lines of one step; ends with the step. Slow reader: it gets what is kept. @throws AppError buildMissing, invalidInput */
  log(of: { id: TaskId; step: string }, signal: AbortSignal): AsyncIterable<LogLine[]>;
  /** All that are remembered, newest first. Slow reader: `latest`. */
  list(signal: AbortSignal): AsyncIterable<BuildSummary[]>;
  /** @throws AppError actionUnsupported */
  abilities(id: EngineId): BuildAbilities;
  /** What a folder would be built from. @throws AppError buildContextMissing, dockerignoreInvalid */
  preview(of: { path: string; dockerfile: string | null }, signal: AbortSignal): Promise<ContextPreview>;
  /** Folders of this computer to choose from; null is the home folder. @throws AppError buildContextMissing, fileDenied */
  folders(path: string | null, signal: AbortSignal): Promise<FolderListing>;
}

export interface BuildServiceDeps {
  host: Host;
  /** Where the folder chooser begins. */
  home: string;
  /** For what pages send, while it is built. */
  spoolDir: string;
  tasks: Tasks;
  transfers: Transfers;
  driver: (id: EngineId) => Driver;
  /** Returns when the images of that engine are known to all: who got an id from here can use it at once. */
  listImages: (id: EngineId, signal: AbortSignal) => Promise<void>;
  clock: Clock;
}

export function createBuildService(deps: BuildServiceDeps): BuildService {
  const { host, tasks, clock } = deps;
  const records = new Map<TaskId, BuildRecord>();
  const list = new Latest<BuildSummary[]>([]);
  const spool = new Spool(deps.spoolDir);

  function tellList(): void {
    list.set([...records.values()].map((record) => record.summary()).reverse());
  }

  function recordOf(id: TaskId): BuildRecord {
    const record = records.get(id);
    if (record === undefined) throw new AppError('buildMissing');
    return record;
  }

  function forgetOldest(): void {
    const ended = [...records.values()].filter(({ value }) => value.endedAtMs !== null);
    for (const { value } of ended.slice(0, -KEPT)) records.delete(value.id);
  }

  async function perform(record: BuildRecord, onSent: (bytes: number) => void, signal: AbortSignal): Promise<ImageId> {
    const { request, engineId } = record;
    const builds = facetOf(deps.driver(engineId), 'builds');
    await using stack = new AsyncDisposableStack();
    let folder: { path: string; key: string };
    if (request.source.type === 'folder') folder = { path: request.source.path, key: request.source.path };
    else {
      const { transferId, name } = request.source;
      const spooled = stack.use(await deps.transfers.receive(transferId, (bytes) => spool.unpack(bytes, onSent, signal), signal));
      folder = { path: spooled.path, key: `dropped ${name}` };
    }
    const context = await readContext(folder.path, { dockerfile: request.dockerfile, key: folder.key }, signal);
    const secrets = await readSecrets(request, host, signal);
    record.begin(Buffer.from(context.dockerfile.content).toString('utf8'), builds.steps);
    const { tags, args, target, platform, noCache, pull, labels } = request;
    const spec = { context, tags, args, target, platform, noCache, pull, labels, secrets };
    const imageId = await builds.build(spec, (event) => record.apply(event), signal);
    await deps.listImages(engineId, signal);
    return imageId;
  }

  const service: BuildService = {
    start(request) {
      facetOf(deps.driver(request.engineId), 'builds');
      const { id, result } = tasks.run({ kind: 'buildImage', subject: subjectOf(request), cancellable: true }, async (report, signal) => {
        const record = recordOf(id);
        const totalBytes = request.source.type === 'upload' ? request.source.sizeBytes : null;
        try {
          const imageId = await perform(
            record,
            (doneBytes) => report({ doneBytes, totalBytes, progress: totalBytes ? Math.min(1, doneBytes / totalBytes) : null }),
            signal,
          );
          record.end({ imageId });
        } catch (error) {
          record.end({ problem: signal.aborted ? null : toAppError(error).problem });
          throw error;
        }
      });
      records.set(id, new BuildRecord(id, request, { clock, onTold: tellList }));
      tellList();
      // The build and its task say how it ended.
      result.catch(() => {}).finally(forgetOldest);
      return { id };
    },

    again(id, upload) {
      const { request } = recordOf(id);
      if (request.source.type === 'folder') return service.start(request);
      if (upload === null) throw new AppError('contextUnsendable');
      return service.start({ ...request, source: upload });
    },

    async finished(id, signal) {
      const record = recordOf(id);
      for await (const build of record.watch(signal)) if (build.endedAtMs !== null) return build;
      throw new AppError('cancelled');
    },

    async *watch(id, signal) {
      yield* recordOf(id).watch(signal);
    },

    async *log({ id, step }, signal) {
      yield* recordOf(id).log(step, signal);
    },

    list: (signal) => list.watch(signal),
    abilities: (id) => ({ secrets: facetOf(deps.driver(id), 'builds').secrets }),
    preview: previewContext,
    folders: (path, signal) => listFolder({ host, home: deps.home }, path, signal),

    async [Symbol.asyncDispose]() {
      for (const record of records.values()) await record[Symbol.asyncDispose]();
    },
  };
  return service;
}

function subjectOf({ tags, source }: BuildRequest): string {
  return tags[0] ?? (source.type === 'upload' ? source.name : source.path);
}

async function readSecrets({ secrets }: BuildRequest, host: Host, signal: AbortSignal): Promise<Record<string, Uint8Array>> {
  const read: Record<string, Uint8Array> = {};
  for (const { id, from } of secrets) read[id] = from.type === 'text' ? Buffer.from(from.text) : await host.readFile(from.path, signal);
  return read;
}
