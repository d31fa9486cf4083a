import { z } from 'zod';
import { AppError, type Clock, isAbort } from '../../../core/index.ts';
import type { OnProgress } from '../disk-images/index.ts';
import type { Qmp } from '../qmp.ts';

const blockNodes = z.array(z.object({ 'node-name': z.string(), drv: z.string(), file: z.string() }));
const devices = z.array(
  z.object({
    qdev: z.string().default(''),
    device: z.string(),
    inserted: z.object({ 'node-name': z.string().default(''), file: z.string() }).optional(),
  }),
);
const jobs = z.array(
  z.object({
    id: z.string(),
    status: z.string(),
    'current-progress': z.number(),
    'total-progress': z.number(),
    error: z.string().optional(),
  }),
);

const POLL_MS = 50;
const CLEAN_UP_MS = 10_000;

export interface DiskNode {
  /** The name of the node that the guest's device writes to: another one after every snapshot. */
  name: string;
  path: string;
}

/** @param diskId its device is `disk-<id>`. Null: QEMU has no such disk (it counts from the next start) */
export async function diskNode(qmp: Qmp, diskId: string, signal: AbortSignal): Promise<DiskNode | null> {
  const all = devices.parse(await qmp.execute('query-block', {}, signal));
  const names = new RegExp(`(^|/)disk-${diskId}(/|$)`);
  const inserted = all.find(({ qdev, device }) => names.test(qdev) || names.test(device))?.inserted;
  return inserted === undefined ? null : { name: inserted['node-name'], path: pathOf(inserted.file) };
}

/** Null: no running disk lies on that file. */
export async function nodeOfFile(qmp: Qmp, path: string, signal: AbortSignal): Promise<string | null> {
  const nodes = blockNodes.parse(await qmp.execute('query-named-block-nodes', { flat: true }, signal));
  return nodes.find(({ drv, file }) => drv !== 'file' && pathOf(file) === path)?.['node-name'] ?? null;
}

/** From now on the guest writes to `overlays`, which are made already; all at once, or none. */
export async function freeze(
  qmp: Qmp,
  overlays: readonly { diskId: string; path: string; nodeName: string }[],
  signal: AbortSignal,
): Promise<void> {
  const actions = [];
  for (const { diskId, path, nodeName } of overlays) {
    const node = await diskNode(qmp, diskId, signal);
    if (node === null) continue;
    const data = { 'node-name': node.name, 'snapshot-file': path, 'snapshot-node-name': nodeName, format: 'qcow2', mode: 'existing' };
    actions.push({ type: 'blockdev-snapshot-sync', data });
  }
  if (actions.length > 0) await qmp.execute('transaction', { actions }, signal);
}

/** As `pullUp`, of files that QEMU has open. @param of node names; `base` null: nothing is below */
export async function streamUp(
  qmp: Qmp,
  of: { clock: Clock; image: string; base: { node: string; name: string } | null; onProgress: OnProgress },
  signal: AbortSignal,
): Promise<void> {
  const id = `merge-${of.image.replaceAll('#', '')}`;
  const base = of.base === null ? {} : { 'base-node': of.base.node, 'backing-file': of.base.name };
  // Concluded jobs that nobody dismissed make QEMU 7.2 crash when it is asked for its nodes: it dismisses them itself.
  await qmp.execute('block-stream', { 'job-id': id, device: of.image, ...base, 'auto-finalize': false, 'auto-dismiss': true }, signal);
  const find = async (within: AbortSignal) => jobs.parse(await qmp.execute('query-jobs', {}, within)).find((job) => job.id === id);
  try {
    let finalized = false;
    for (let job = await find(signal); job !== undefined; job = await find(signal)) {
      if (job.status === 'pending' && !finalized) {
        await qmp.execute('job-finalize', { id }, signal);
        finalized = true;
      }
      if (job.error !== undefined) throw new AppError('engineRefused', { engine: 'QEMU', message: job.error });
      if (job['total-progress'] > 0) of.onProgress(job['current-progress'] / job['total-progress']);
      await of.clock.sleep(POLL_MS, signal);
    }
    if (!finalized) throw new AppError('engineRefused', { engine: 'QEMU', message: 'the disks could not be merged' });
  } catch (error) {
    if (isAbort(error) || signal.aborted) await cancelJob(qmp, { id, clock: of.clock, find });
    throw error;
  }
}

/** Ends the jobs of one who was cut off: they would wait for ever to be finalized, and keep their nodes busy. */
export async function cancelJobs(qmp: Qmp, clock: Clock): Promise<void> {
  const list = async (within: AbortSignal) => jobs.parse(await qmp.execute('query-jobs', {}, within));
  for (const { id } of await list(AbortSignal.timeout(CLEAN_UP_MS))) {
    await cancelJob(qmp, { id, clock, find: async (within) => (await list(within)).find((job) => job.id === id) });
  }
}

async function cancelJob(qmp: Qmp, of: { id: string; clock: Clock; find: (signal: AbortSignal) => Promise<unknown> }): Promise<void> {
  const limit = AbortSignal.timeout(CLEAN_UP_MS);
  // It may have ended in this very moment.
  await qmp.execute('job-cancel', { id: of.id }, limit).catch(() => {});
  while ((await of.find(limit)) !== undefined) await of.clock.sleep(POLL_MS, limit);
}

const options = z.object({
  filename: z.string().optional(),
  'file.filename': z.string().optional(),
  file: z.object({ filename: z.string() }).optional(),
});

/** A file that was opened with another backing file than it names itself is told as all of its options. */
function pathOf(file: string): string {
  if (!file.startsWith('json:')) return file;
  const found = options.safeParse(JSON.parse(file.slice('json:'.length))).data;
  return found?.file?.filename ?? found?.['file.filename'] ?? found?.filename ?? file;
}
