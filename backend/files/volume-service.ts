import { Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { type EngineId, type Problem, splitId, type TransferId, type VolumeId, type VolumeRequest } from '../contract/index.ts';
import { AppError, toAppError } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import type { VolumeSpec, VolumesFacet } from '../drivers/volumes.ts';
import type { Tasks } from '../tasks/index.ts';
import type { Transfers } from '../transfers/index.ts';
import { checkedTar } from './checked-tar.ts';
import { counted, gunzipped, until } from './counted.ts';
import { tellBytes } from './file-service.ts';

/** The commands on volumes. What is made and not finished is removed again. */
export interface VolumeService {
  create(request: VolumeRequest, signal: AbortSignal): Promise<{ volumeId: VolumeId }>;
  /** Each answers for itself. */
  remove(ids: readonly VolumeId[], signal: AbortSignal): Promise<{ id: VolumeId; problem: Problem | null }[]>;
  sizes(engineId: EngineId, signal: AbortSignal): Promise<{ id: VolumeId; sizeBytes: number | null }[]>;
  /** The same files under another name, on the same engine; a task. */
  clone(request: { id: VolumeId; name: string }): Promise<{ volumeId: VolumeId }>;
  /** Takes all files out; a task. */
  empty(id: VolumeId): Promise<void>;
  /** A tar, or a tar.gz; a task. */
  export(request: { id: VolumeId; gzip: boolean; transferId: TransferId }): Promise<void>;
  /** From a tar, gzipped or not, into a new volume, or into one that is there (`into`); a task. */
  import(request: { engineId: EngineId; name: string; into: 'new' | 'existing'; sizeBytes: number; transferId: TransferId }): Promise<{
    volumeId: VolumeId;
  }>;
}

export interface VolumeServiceDeps {
  tasks: Tasks;
  transfers: Pick<Transfers, 'receive' | 'send'>;
  driver: (id: EngineId) => Driver;
  /** Returns when the volumes of that engine are known to all. */
  listVolumes: (id: EngineId, signal: AbortSignal) => Promise<void>;
}

/** What is removed after a cancel is removed nevertheless. */
const CLEAN_UP_MS = 30_000;

export function createVolumeService({ tasks, transfers, driver, listVolumes }: VolumeServiceDeps): VolumeService {
  const volumesOf = (id: EngineId): VolumesFacet => facetOf(driver(id), 'volumes');
  const engineOf = (id: VolumeId) => splitId(id).engineId;

  /** A new volume and what is written into it; without the one there is not the other. */
  async function fill(
    engineId: EngineId,
    spec: VolumeSpec,
    write: (id: VolumeId) => Promise<void>,
    signal: AbortSignal,
  ): Promise<VolumeId> {
    const volumes = volumesOf(engineId);
    const id = await volumes.create(spec, signal);
    try {
      await write(id);
    } catch (error) {
      await volumes.remove(id, AbortSignal.timeout(CLEAN_UP_MS));
      throw error;
    }
    await listVolumes(engineId, signal);
    return id;
  }

  async function unpack(id: VolumeId, tar: AsyncIterable<Uint8Array>, keepRoot: boolean, signal: AbortSignal): Promise<void> {
    await using tree = await volumesOf(engineOf(id)).open(id, signal);
    await tree.unpack('/', tar, { keepRoot }, signal);
  }

  return {
    async create({ engineId, ...spec }, signal) {
      const volumeId = await volumesOf(engineId).create(spec, signal);
      await listVolumes(engineId, signal);
      return { volumeId };
    },

    async remove(ids, signal) {
      const answers: { id: VolumeId; problem: Problem | null }[] = [];
      for (const id of ids) {
        const failed = await volumesOf(engineOf(id))
          .remove(id, signal)
          .then(() => null, toAppError);
        answers.push({ id, problem: failed?.problem ?? null });
      }
      return answers;
    },

    async sizes(engineId, signal) {
      const sizes = await volumesOf(engineId).sizes(signal);
      return [...sizes].map(([id, sizeBytes]) => ({ id, sizeBytes }));
    },

    async clone({ id, name }) {
      const engineId = engineOf(id);
      const task = tasks.run({ kind: 'cloneVolume', subject: splitId(id).nativeId, cancellable: true }, async (report, signal) => {
        const volumes = volumesOf(engineId);
        const source = (await volumes.list(signal)).find((volume) => volume.id === id);
        if (source === undefined) throw new AppError('volumeMissing', { volume: splitId(id).nativeId });
        await using tree = await volumes.open(id, signal);
        const tar = counted(until(tree.pack('/', signal), signal), tellBytes(report, null));
        const spec = { name, driver: source.driver, options: source.options, labels: source.labels };
        return { volumeId: await fill(engineId, spec, (copy) => unpack(copy, tar, true, signal), signal) };
      });
      return task.result;
    },

    async empty(id) {
      await tasks.run({ kind: 'emptyVolume', subject: splitId(id).nativeId, cancellable: true }, async (_report, signal) => {
        await using tree = await volumesOf(engineOf(id)).open(id, signal);
        await tree.empty('/', signal);
      }).result;
    },

    async export({ id, gzip, transferId }) {
      const { nativeId } = splitId(id);
      await tasks.run({ kind: 'exportVolume', subject: nativeId, cancellable: true }, async (report, signal) => {
        await using stack = new AsyncDisposableStack();
        const open = async () => {
          const tree = stack.use(await volumesOf(engineOf(id)).open(id, signal));
          const tar = counted(until(tree.pack('/', signal), signal), tellBytes(report, null));
          return { file: { name: `${nativeId}.tar${gzip ? '.gz' : ''}`, sizeBytes: null }, bytes: gzip ? gzipped(tar) : tar };
        };
        await transfers.send(transferId, open, signal);
      }).result;
    },

    async import({ engineId, name, into, sizeBytes, transferId }) {
      return tasks.run({ kind: 'importVolume', subject: name, cancellable: true }, async (report, signal) => {
        const existing = (await volumesOf(engineId).list(signal)).find((volume) => volume.name === name);
        if (into === 'existing' && existing === undefined) throw new AppError('volumeMissing', { volume: name });
        const take = async (bytes: AsyncIterable<Uint8Array>) => {
          const tar = checkedTar(gunzipped(counted(until(bytes, signal), tellBytes(report, sizeBytes))));
          if (into === 'existing' && existing !== undefined) {
            await unpack(existing.id, tar, false, signal);
            return existing.id;
          }
          const spec = { name, driver: 'local', options: {}, labels: {} };
          return fill(engineId, spec, (id) => unpack(id, tar, true, signal), signal);
        };
        return { volumeId: await transfers.receive(transferId, take, signal) };
      }).result;
    },
  };
}

async function* gzipped(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  const source = Readable.from(bytes, { objectMode: false });
  const gzip = createGzip();
  source.on('error', (error) => gzip.destroy(error));
  source.pipe(gzip);
  try {
    yield* gzip as AsyncIterable<Buffer>;
  } finally {
    source.destroy();
  }
}
