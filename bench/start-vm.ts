import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger } from '../backend/core/index.ts';
import { packGuestConfig } from '../backend/drivers/qemu/guest-config.ts';
import { findKernel, prepareKernel } from '../backend/drivers/qemu/kernel.ts';
import type { Host } from '../backend/hosts/host.ts';
import { createLocalHost } from '../backend/hosts/local.ts';
import { temporaryFolder } from '../testing/temporary.ts';
import { connectTestQemu, testDisk, testQemuOptions, testRun } from '../testing/test-guests.ts';
import { type BenchContext, type BenchResult, interleave, type Measurement } from './harness.ts';

export const name = 'start-vm';
export const describe =
  'From launch to the first output of the entrypoint, in ms, against the same kernel, disk and init on a stock q35 with a bzImage; good at 0.65 or less.';

const MEMORY_MIB = 256;
const COMMAND = ['/bin/sh', '-c', 'echo up; exec sleep 1000'];

export async function run(context: BenchContext): Promise<BenchResult> {
  const { signal } = context;
  await using host = createLocalHost({ logger: silentLogger });
  await using folder = await temporaryFolder();
  const options = await testQemuOptions(folder.path);
  const disk = await testDisk(host, { path: join(folder.path, 'base.ext4'), shell: true }, signal);
  await using driver = await connectTestQemu(host, options, signal);
  const vms = driver.virtualMachines;
  if (vms === undefined) throw new Error('QEMU runs virtual machines');
  const limits = { cpus: 1, memoryBytes: MEMORY_MIB * 1024 * 1024, processes: null };
  const id = await vms.define(testRun('bench', COMMAND, { limits }), signal);
  await vms.setDisk(id, disk, signal);

  const ours: Measurement = async () => {
    const { seen } = await driver.logs.firstOutput(id, signal);
    const launchedAt = performance.now();
    await driver.act(id, 'start', { force: false }, signal);
    const seenAt = await seen;
    await driver.act(id, 'kill', { force: false }, signal);
    if (seenAt === null) throw new Error('the guest ended without output');
    return seenAt - launchedAt;
  };

  // The first start waits for the trials of the accelerators.
  await ours(signal);
  const accelerator = driver.engine().accelerator?.name ?? 'tcg';
  const { image } = await findKernel({ ...options, host }, signal);
  const { initrd } = await prepareKernel({ ...options, host }, signal);
  const base = await host.readFile(initrd.q35, signal);
  const peer: Measurement = () => startStock(host, { folder: join(folder.path, 'peer'), accelerator, kernel: image, base, disk }, signal);
  const result = await interleave({ ours, peer, runs: 9, warmup: 1, unit: 'ms' }, context);
  await driver.act(id, 'remove', { force: true }, signal);
  return { ...result, accelerator };
}

/** As one would start it by hand: the default devices, the packed kernel, `quiet`. The ports are what our init speaks on. */
async function startStock(
  host: Host,
  of: { folder: string; accelerator: string; kernel: string; base: Buffer; disk: string },
  signal: AbortSignal,
): Promise<number> {
  await mkdir(of.folder);
  const at = (file: string) => join(of.folder, file);
  const config = packGuestConfig({
    hostname: 'bench',
    argv: COMMAND,
    env: [],
    workingDir: '',
    mac: '',
    machineId: '',
    volumes: [],
    user: '',
    stopSignal: 15,
    timeMs: Date.now(),
    processes: null,
    seed: Buffer.alloc(64, 1),
  });
  await writeFile(at('initrd'), Buffer.concat([of.base, config]));
  await host.exec(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'raw', '-b', of.disk, at('disk.qcow2')], {}, signal);
  const ports = ['log', 'events', 'agent', 'console'].flatMap((port) => [
    ...['-chardev', `file,id=${port},path=${at(port)}`],
    ...['-device', `virtserialport,chardev=${port},name=catamaran.${port}`],
  ]);
  const launchedAt = performance.now();
  await using qemu = await host.spawn(
    [
      'qemu-system-x86_64',
      ...['-M', 'q35', '-accel', of.accelerator, '-m', String(MEMORY_MIB), '-display', 'none', '-no-reboot'],
      ...['-kernel', of.kernel, '-initrd', at('initrd'), '-append', 'console=ttyS0 quiet'],
      ...['-serial', `file:${at('boot')}`],
      ...['-drive', `file=${at('disk.qcow2')},if=virtio`, '-nic', 'user,model=virtio-net-pci'],
      ...['-device', 'virtio-serial-pci', ...ports],
    ],
    {},
    signal,
  );
  const failed = qemu.exited.then((exitCode) => {
    throw new Error(`QEMU ended with ${exitCode}`);
  });
  failed.catch(() => {});
  const reading = new AbortController();
  const firstByte = async () => {
    for await (const _ of host.follow(at('log'), 0, AbortSignal.any([signal, reading.signal]))) return;
  };
  try {
    await Promise.race([firstByte(), failed]);
    return performance.now() - launchedAt;
  } finally {
    reading.abort();
    await qemu[Symbol.asyncDispose]();
    await rm(of.folder, { recursive: true });
  }
}
