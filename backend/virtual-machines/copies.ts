import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { type MachineId, VM_ARCHIVE_ENDING, type VmCloneRequest, type VmExportRequest, type VmImportRequest } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Host } from '../hosts/host.ts';
import type { Inventory } from '../inventory/index.ts';
import type { TaskProgress, Tasks } from '../tasks/index.ts';
import type { Transfers } from '../transfers/index.ts';

/** Virtual machines as copies; each is a task that goes on when its caller goes away, and leaves nothing half made. */
export interface VmCopier {
  clone(request: VmCloneRequest): Promise<{ machineId: MachineId }>;
  export(request: VmExportRequest): Promise<void>;
  import(request: VmImportRequest): Promise<{ machineId: MachineId }>;
}

const CLEAN_UP_MS = 30_000;

export function createCopier(deps: {
  inventory: Pick<Inventory, 'machine' | 'driver' | 'driverOf'>;
  tasks: Tasks;
  transfers: Pick<Transfers, 'receive' | 'send'>;
}): VmCopier {
  const { inventory, tasks, transfers } = deps;
  return {
    async clone({ id, ...request }) {
      const { name: subject } = inventory.machine(id);
      const task = tasks.run({ kind: 'cloneVm', subject, machineId: id, cancellable: true }, async (report, signal) => {
        const onProgress = (progress: number) => report({ progress });
        return { machineId: await facetOf(inventory.driverOf(id), 'copies').clone(id, { ...request, onProgress }, signal) };
      });
      return await task.result;
    },

    async export({ id, to }) {
      const { name } = inventory.machine(id);
      const driver = inventory.driverOf(id);
      const copies = facetOf(driver, 'copies');
      const task = tasks.run({ kind: 'exportVm', subject: name, machineId: id, cancellable: true }, async (report, signal) => {
        const bytes = counted(
          copies.export(id, (progress) => report({ progress }), signal),
          report,
        );
        if (to.type === 'page') {
          const open = async () => ({ file: { name: `${name}${VM_ARCHIVE_ENDING}`, sizeBytes: null }, bytes });
          await transfers.send(to.transferId, open, signal);
        } else await writeTo(driver.host, { path: to.path, bytes }, signal);
      });
      await task.result;
    },

    async import({ engineId, name, from }) {
      const subject = from.type === 'page' ? from.fileName : posix.basename(from.path);
      return await tasks.run({ kind: 'importVm', subject, cancellable: true }, async (report, signal) => {
        const driver = inventory.driver(engineId);
        const copies = facetOf(driver, 'copies');
        const totalBytes = from.type === 'page' ? from.sizeBytes : await sizeOf(driver.host, from.path, signal);
        const take = async (bytes: AsyncIterable<Uint8Array>) => ({
          machineId: await copies.import(
            counted(bytes, (progress) => report(withTotal(progress, totalBytes))),
            { name },
            signal,
          ),
        });
        return from.type === 'page'
          ? await transfers.receive(from.transferId, take, signal)
          : await take(readFrom(driver.host, from.path, signal));
      }).result;
    },
  };
}

function withTotal({ doneBytes = null }: TaskProgress, totalBytes: number): TaskProgress {
  return { doneBytes, totalBytes, progress: doneBytes === null || totalBytes === 0 ? null : Math.min(1, doneBytes / totalBytes) };
}

async function* counted(bytes: AsyncIterable<Uint8Array>, report: (progress: TaskProgress) => void): AsyncGenerator<Uint8Array, void> {
  let doneBytes = 0;
  for await (const chunk of bytes) {
    doneBytes += chunk.length;
    report({ doneBytes });
    yield chunk;
  }
}

/** Under its name only when it is whole. */
async function writeTo(
  host: Host,
  { path, bytes }: { path: string; bytes: AsyncIterable<Uint8Array> },
  signal: AbortSignal,
): Promise<void> {
  if ((await host.stat(path, signal)) !== null) throw new AppError('fileTaken', { path });
  const part = `${path}.part`;
  try {
    const input = Readable.from(bytes, { objectMode: false });
    const { exitCode, stderr } = await host.exec(['dd', `of=${part}`, 'bs=65536', 'status=none'], { input }, signal);
    if (/No space left/i.test(stderr)) throw new AppError('noSpace', { path: posix.dirname(path), neededMiB: 1 }, { detail: stderr });
    if (/Permission denied|Read-only/i.test(stderr)) throw new AppError('fileDenied', { path }, { detail: stderr });
    if (exitCode !== 0) throw new AppError('commandFailed', { command: 'dd', exitCode, message: stderr.trim() });
    await host.rename(part, path, signal);
  } catch (error) {
    await host.remove(part, AbortSignal.timeout(CLEAN_UP_MS));
    throw error;
  }
}

async function sizeOf(host: Host, path: string, signal: AbortSignal): Promise<number> {
  const found = await host.stat(path, signal);
  if (found === null) throw new AppError('fileMissing', { path });
  return found.sizeBytes;
}

async function* readFrom(host: Host, path: string, signal: AbortSignal): AsyncGenerator<Uint8Array, void> {
  await using process = await host.spawn(['cat', '--', path], {}, signal);
  process.stdin.end();
  yield* process.stdout as AsyncIterable<Buffer>;
}
