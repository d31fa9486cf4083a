import { z } from 'zod';
import type { VmDisk } from '../../../contract/index.ts';
import { AppError } from '../../../core/index.ts';
import { portOf } from '../hot-plug.ts';
import { blockNode } from '../qemu-options.ts';
import { record } from '../qmp.ts';
import type { Vm } from '../vm.ts';

/** Trimming reads the guest's whole map of free blocks. */
const TRIM_MS = 600_000;

function qmpOf(vm: Vm) {
  if (vm.connection === null) throw new AppError('machineWrongState', { name: vm.machine.name, state: vm.machine.state, action: 'change' });
  return vm.connection.qmp;
}

/** The node that the disk's device writes to now: snapshots put others on top. */
async function nodeOf(vm: Vm, disk: VmDisk, signal: AbortSignal): Promise<string> {
  const drives = (await qmpOf(vm).execute('query-block', {}, signal)) as unknown[];
  for (const drive of drives) {
    const { qdev, inserted } = record(drive);
    const names = String(qdev).split('/');
    const node = record(inserted)['node-name'];
    if (names.includes(`disk-${disk.id}`) && typeof node === 'string') return node;
  }
  throw new AppError('diskMissing', { disk: disk.id });
}

/** The guest is told by its device at once. */
export async function growLive(vm: Vm, { disk, sizeBytes }: { disk: VmDisk; sizeBytes: number }, signal: AbortSignal): Promise<void> {
  await qmpOf(vm).execute('block_resize', { 'node-name': await nodeOf(vm, disk, signal), size: sizeBytes }, signal);
}

/** Has the guest say which blocks are free. @throws AppError `diskNeedsAgent`, `guestAgentSilent` */
export async function trim(vm: Vm, signal: AbortSignal): Promise<void> {
  const { agent = null, guestAgent = null } = vm.connection ?? {};
  if (agent !== null) await agent.trimDisk(signal);
  else if (guestAgent !== null) await guestAgent.call({ command: 'guest-fstrim', answer: z.unknown(), timeoutMs: TRIM_MS }, signal);
  else throw new AppError('diskNeedsStop', { name: vm.machine.name });
}

/** A new disk in a port that was kept free for it. */
export async function plug(vm: Vm, disk: VmDisk, signal: AbortSignal): Promise<void> {
  const qmp = qmpOf(vm);
  await qmp.execute('blockdev-add', blockNode(vm.files, disk), signal);
  try {
    const device = { driver: 'virtio-blk-pci', id: `disk-${disk.id}`, drive: disk.id, werror: 'stop', rerror: 'stop' };
    await qmp.execute('device_add', { ...device, bus: portOf(vm.definition, disk) }, signal);
  } catch (error) {
    await qmp.execute('blockdev-del', { 'node-name': disk.id }, signal);
    throw error;
  }
}

/** False when the guest has not let go of it: it then has it until it ends. */
export async function unplug(vm: Vm, disk: VmDisk, signal: AbortSignal): Promise<boolean> {
  const node = await nodeOf(vm, disk, signal);
  if (!(await vm.unplug(`disk-${disk.id}`, signal))) return false;
  await qmpOf(vm).execute('blockdev-del', { 'node-name': node }, signal);
  return true;
}
