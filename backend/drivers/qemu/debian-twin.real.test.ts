import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { debianRootfs } from '../../../testing/debian-rootfs.ts';
import { temporaryFolder } from '../../../testing/temporary.ts';
import { connectTestQemu, TEST_IMAGE, testQemuOptions, testRun } from '../../../testing/test-guests.ts';
import { silentLogger } from '../../core/index.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { writeExt4 } from '../../images/ext4.ts';
import { vmFiles } from './vm-files.ts';

const never = new AbortController().signal;
const rootfs = await debianRootfs();
const GIB = 1024 ** 3;

/** What an image of Debian is asked for by a shell, without any init of its own. */
const ASKS = [
  'cat /etc/debian_version',
  'dpkg-query -W base-files | cut -f1',
  'stat -c "%U:%G %a" /data /srv/logs /tmp',
  'echo kept > /data/file',
  'cat /etc/machine-id',
  'getent passwd nobody | cut -d: -f1',
  'df --output=size -B1 / | tail -1',
  'apt-config dump | grep -c Dir',
  'cat /etc/mtab > /dev/null && echo mounts',
  'exit 7',
].join('; ');

test.skipIf(typeof rootfs === 'string')(
  'the twin of a Debian root filesystem: shell, volumes, users, a disk that grew, exit code',
  async () => {
    await using folder = await temporaryFolder();
    await using host = createLocalHost({ logger: silentLogger });
    const options = await testQemuOptions(folder.path);
    const disk = join(folder.path, 'debian.ext4');
    const tar = createReadStream((rootfs as { path: string }).path);
    await writeExt4(host, { path: disk, diskBytes: GIB, image: TEST_IMAGE.name, seed: 'debian', tar }, never);
    await using driver = await connectTestQemu(host, options, never);
    const vms = driver.virtualMachines;
    if (vms === undefined) throw new Error('QEMU runs virtual machines');
    const spec = testRun('debian', [ASKS], {
      limits: { cpus: 1, memoryBytes: 256 * 1024 ** 2, processes: null },
      process: { entrypoint: ['/bin/bash', '-c'], volumes: ['/data', '/srv/logs'] },
    });
    const id = await vms.define(spec, never);
    await using _removed = { [Symbol.asyncDispose]: () => driver.act(id, 'remove', { force: true }, never) };
    await vms.setDisk(id, disk, never);
    const files = vmFiles(options, id.slice(id.indexOf('/') + 1));
    // As when somebody makes a machine's disk larger: the filesystem must follow, and can only where copies of its superblock have room.
    await host.exec(['qemu-img', 'resize', '-q', join(files.folder, 'disk.qcow2'), String(4 * GIB)], {}, never);
    await driver.act(id, 'start', { force: false }, never);
    const lines: string[] = [];
    for await (const batch of driver.logs.read(id, { follow: true, tail: null }, never)) {
      lines.push(...batch.filter(({ stream }) => stream !== 'boot').map(({ text }) => text));
    }
    const size = Number(lines.splice(7, 1)[0]);
    expect(size).toBeGreaterThan(3.8 * GIB);
    const machineId = lines[5];
    expect(machineId).toMatch(/^[0-9a-f]{32}$/);
    expect(lines).toEqual([
      expect.stringMatching(/^\d+/),
      'base-files',
      'root:root 755',
      'root:root 755',
      'root:root 1777',
      machineId,
      'nobody',
      expect.stringMatching(/^\d+$/),
      'mounts',
    ]);
    expect((await driver.list(never))[0]).toMatchObject({ state: 'stopped', exitCode: 7, problem: null });
    expect(await readFile(files.bootLog, 'utf8')).not.toContain('does not fill');
  },
);
