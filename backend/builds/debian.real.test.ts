import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { debianRootfs } from '../../testing/debian-rootfs.ts';
import { startDockerd } from '../../testing/engines.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import { silentLogger, systemClock } from '../core/index.ts';
import type { BuildEvent } from '../drivers/builds.ts';
import { connectDocker } from '../drivers/docker/index.ts';
import { createLocalHost } from '../hosts/local.ts';
import { readContext } from './context.ts';

const signal = new AbortController().signal;

test('several stages from a Debian root filesystem', { timeout: 300_000 }, async (context) => {
  const rootfs = await debianRootfs();
  if (typeof rootfs === 'string') return context.skip(rootfs);
  await using folder = await temporaryFolder();
  await using engine = await startDockerd();
  await using host = createLocalHost({ logger: silentLogger });
  const target = { unixPath: engine.socket };
  await using driver = await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal);
  const spec = { name: 'debian:rootfs', message: 'debootstrap', changes: ['CMD ["/bin/bash"]'] };
  await driver.images?.importFilesystem(createReadStream(rootfs.path), spec, signal);
  await writeFile(
    join(folder.path, 'Dockerfile'),
    `FROM debian:rootfs AS build
SHELL ["/bin/bash", "-ec"]
RUN useradd --create-home worker && dpkg-query -W > /packages
USER worker
RUN whoami
FROM debian:rootfs
COPY --from=build /packages /packages
RUN grep -c . /packages && . /etc/os-release && echo "built on $ID"
`,
  );
  const files = await readContext(folder.path, { dockerfile: 'Dockerfile' }, signal);
  const options = { args: {}, target: null, platform: null, noCache: false, pull: false, labels: {}, secrets: {} };
  let log = '';
  const onEvent = (event: BuildEvent) => {
    if (event.type === 'log') log += Buffer.from(event.bytes).toString();
  };
  const id = await driver.builds?.build({ context: files, tags: ['debian/built:1'], ...options }, onEvent, signal);
  expect(log).toContain('worker\n');
  expect(log).toContain('built on debian');
  expect((await driver.images?.list(signal))?.find((image) => image.id === id)?.names).toEqual(['debian/built:1']);
});
