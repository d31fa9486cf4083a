import { join } from 'node:path';
import { startSshd } from '../../../testing/sshd.ts';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, testDisk, testQemuOptions, testRun } from '../../../testing/test-guests.ts';
import { silentLogger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { connectSshHost } from '../../hosts/ssh.ts';
import { type DriverSubject, driverSuite } from '../driver-suite.ts';

const never = new AbortController().signal;

driverSuite('QEMU', async () => {
  await using parts = new AsyncDisposableStack();
  const subject = await subjectOn(parts.use(createLocalHost({ logger: silentLogger })), parts);
  return subject;
});

driverSuite('QEMU over SSH', async () => {
  await using parts = new AsyncDisposableStack();
  const sshd = parts.use(await startSshd());
  const host = parts.use(await connectSshHost({ id: 'ssh-loopback', ...sshd, logger: silentLogger }, never));
  const subject = await subjectOn(host, parts);
  return subject;
});

/** Takes the parts over. */
async function subjectOn(host: Host, opened: AsyncDisposableStack): Promise<DriverSubject> {
  const { path } = opened.use(await temporaryFolder());
  const driver = opened.use(await connectTestQemu(host, await testQemuOptions(path), never));
  const disk = await testDisk(host, { path: join(path, 'base.ext4'), shell: true }, never);
  const vms = driver.virtualMachines;
  if (vms === undefined) throw new Error('QEMU runs virtual machines');
  const parts = opened.move();
  let made = 0;
  return {
    driver,
    terminal: 'console',
    async create(command, signal) {
      const id = await vms.define(testRun(`suite-${++made}`, command), signal);
      await vms.setDisk(id, disk, signal);
      return id;
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}
