import { z } from 'zod';
import type { VmDisk } from '../../../contract/index.ts';
import { AppError, type Clock } from '../../../core/index.ts';
import type { Host } from '../../../hosts/host.ts';
import { convertImage, createImage, type OnProgress } from '../disk-images/index.ts';
import type { Qmp } from '../qmp.ts';
import type { Vm } from '../vm.ts';
import { diskPath } from '../vm-files.ts';

const POLL_MS = 100;
const CLEAN_UP_MS = 10_000;

export interface DiskCopy {
  disk: VmDisk;
  /** A qcow2 that stands alone. */
  path: string;
}

/**
 * Copies a machine's disks; all of one that runs are of one moment, as after a power cut. What was written when it fails is the caller's
 * to remove.
 */
export async function copyDisks(
  of: { host: Host; clock: Clock; vm: Vm; copies: readonly DiskCopy[]; compressed: boolean; onProgress: OnProgress },
  signal: AbortSignal,
): Promise<void> {
  const { host, vm, copies, compressed } = of;
  const { connection } = vm;
  if (connection !== null) return await copyRunning({ ...of, qmp: connection.qmp }, signal);
  for (const [index, { disk, path }] of copies.entries()) {
    const onProgress = (fraction: number) => of.onProgress((index + fraction) / copies.length);
    const from = { path: diskPath(vm.files, disk), format: disk.format };
    await convertImage(host, { from, to: path, format: 'qcow2', compressed, onProgress }, signal);
  }
}

const jobList = z.array(
  z.object({
    id: z.string(),
    status: z.string(),
    'current-progress': z.number(),
    'total-progress': z.number(),
    error: z.string().optional(),
  }),
);
type Job = z.infer<typeof jobList>[number];

/** By QEMU itself, which has them open: what the guest overwrites meanwhile is copied first. */
async function copyRunning(
  of: { host: Host; clock: Clock; qmp: Qmp; copies: readonly DiskCopy[]; compressed: boolean; onProgress: OnProgress },
  signal: AbortSignal,
): Promise<void> {
  const { host, qmp, copies } = of;
  const added: string[] = [];
  try {
    const actions = [];
    for (const { disk, path } of copies) {
      const target = nameOf(disk);
      await createImage(host, { path, format: 'qcow2', virtualBytes: disk.sizeBytes }, signal);
      await qmp.execute('blockdev-add', { driver: 'qcow2', 'node-name': target, file: { driver: 'file', filename: path } }, signal);
      added.push(target);
      const data = { 'job-id': target, device: await topNode(qmp, disk.id, signal), target, sync: 'full', compress: of.compressed };
      // A job that is concluded and dismissed by nobody makes QEMU 7.2 crash when it is asked for its nodes.
      actions.push({ type: 'blockdev-backup', data: { ...data, 'auto-finalize': false, 'auto-dismiss': true } });
    }
    await qmp.execute('transaction', { actions }, signal);
    try {
      await finish(of, signal);
    } catch (error) {
      await cancel(of);
      throw error;
    }
  } finally {
    const limit = AbortSignal.timeout(CLEAN_UP_MS);
    for (const name of added) await qmp.execute('blockdev-del', { 'node-name': name }, limit).catch(() => {});
  }
}

function nameOf({ id }: VmDisk): string {
  return `copy-${id}`;
}

async function finish(
  of: { clock: Clock; qmp: Qmp; copies: readonly DiskCopy[]; onProgress: OnProgress },
  signal: AbortSignal,
): Promise<void> {
  const { clock, qmp, copies, onProgress } = of;
  const finalized = new Set<string>();
  for (let jobs = await jobsOf(of, signal); jobs.length > 0; jobs = await jobsOf(of, signal)) {
    const failed = jobs.find(({ error }) => error !== undefined);
    if (failed !== undefined) throw new AppError('engineRefused', { engine: 'QEMU', message: failed.error ?? '' });
    for (const { id } of jobs.filter((job) => job.status === 'pending' && !finalized.has(job.id))) {
      await qmp.execute('job-finalize', { id }, signal);
      finalized.add(id);
    }
    const [done, total] = [sum(jobs, 'current-progress'), sum(jobs, 'total-progress')];
    if (total > 0) onProgress((copies.length - jobs.length + (jobs.length * done) / total) / copies.length);
    await clock.sleep(POLL_MS, signal);
  }
  if (finalized.size < copies.length) throw new AppError('engineRefused', { engine: 'QEMU', message: 'a disk could not be copied' });
}

async function cancel(of: { clock: Clock; qmp: Qmp; copies: readonly DiskCopy[] }): Promise<void> {
  const limit = AbortSignal.timeout(CLEAN_UP_MS);
  // Some may have ended in this very moment.
  for (const { id } of await jobsOf(of, limit)) await of.qmp.execute('job-cancel', { id }, limit).catch(() => {});
  while ((await jobsOf(of, limit)).length > 0) await of.clock.sleep(POLL_MS, limit);
}

async function jobsOf(of: { qmp: Qmp; copies: readonly DiskCopy[] }, signal: AbortSignal): Promise<Job[]> {
  const ours = new Set(of.copies.map(({ disk }) => nameOf(disk)));
  return jobList.parse(await of.qmp.execute('query-jobs', {}, signal)).filter(({ id }) => ours.has(id));
}

function sum(jobs: readonly Job[], key: 'current-progress' | 'total-progress'): number {
  return jobs.reduce((total, job) => total + job[key], 0);
}

const blocks = z.array(z.object({ qdev: z.string().default(''), inserted: z.object({ 'node-name': z.string().default('') }).optional() }));

/** The node that the disk's device writes to: another one after each snapshot. */
async function topNode(qmp: Qmp, diskId: string, signal: AbortSignal): Promise<string> {
  const all = blocks.parse(await qmp.execute('query-block', {}, signal));
  const found = all.find(({ qdev }) => qdev.split('/').includes(`disk-${diskId}`));
  return found?.inserted?.['node-name'] || diskId;
}
