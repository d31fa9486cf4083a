import { describe, expect, test } from 'vitest';
import { startDockerd, startPodman } from '../../testing/engines.ts';
import { TEST_PORTS } from '../../testing/test-ports.ts';
import type { ImageId } from '../contract/index.ts';
import { silentLogger, systemClock } from '../core/index.ts';
import { connectDocker } from '../drivers/docker/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { createLocalHost } from '../hosts/local.ts';
import { buildStarter } from './starter.ts';

const never = new AbortController().signal;
const LIMITS = { cpus: null, memoryBytes: null, processes: null };

describe.each([
  ['Docker', startDockerd],
  ['Podman', startPodman],
])('the starter image in %s', (_name, startEngine) => {
  test('is built once, serves its page, tells of its kernel, and stops at once', async () => {
    await using engine = await startEngine();
    await using host = createLocalHost({ logger: silentLogger });
    const target = { unixPath: engine.socket };
    await using driver = await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, never);
    const { images } = driver;
    if (images === undefined) throw new Error('no images');
    const id = await buildStarter({ images, host, logger: silentLogger }, never);
    const before = await images.list(never);
    expect(before).toMatchObject([{ id, starter: true, layers: [{ chainId: expect.stringMatching(/^sha256:/) }] }]);
    expect(before[0]?.names[0]).toMatch(/catamaran\/starter:latest$/);
    expect(before[0]?.sizeBytes).toBeLessThan(5_000_000);
    // The second time the engine's own is found, by its id.
    const onlyLooking = { ...images, load: () => Promise.reject(new Error('loaded again')) };
    expect(await buildStarter({ images: onlyLooking, host, logger: silentLogger }, never)).toBe(id);

    const port = await host.freePort(TEST_PORTS, never);
    const machine = await runStarter(driver, id, port);
    expect(await firstLine(driver, machine)).toBe('catamaran starter: serving http on port 8080');
    const page = (path: string) => fetch(`http://127.0.0.1:${port}${path}`).then((answer) => answer.text());
    await expect.poll(() => page('/').catch(() => '')).toContain('Two hulls, one boat');
    expect(await page('/cgi-bin/about')).toContain(`kernel ${(await host.facts(never)).kernelRelease}`);

    await driver.act(machine, 'stop', { force: false }, never);
    // Not 137: it ended by itself, before the engine lost its patience and killed it.
    expect((await driver.list(never))[0]).toMatchObject({ state: 'stopped', exitCode: 0 });
    await driver.act(machine, 'remove', { force: true }, never);
  });
});

async function runStarter(driver: Driver, id: ImageId, hostPort: number) {
  const { images, containers } = driver;
  if (images === undefined || containers === undefined) throw new Error('no containers');
  const machine = await containers.create(
    {
      name: 'starter',
      image: { id, name: 'catamaran/starter:latest' },
      twinId: null,
      ports: [{ protocol: 'tcp', hostAddress: '127.0.0.1', hostPort, machinePort: 8080 }],
      limits: LIMITS,
      process: await images.process(id, never),
    },
    never,
  );
  await driver.act(machine, 'start', { force: false }, never);
  return machine;
}

async function firstLine(driver: Driver, machine: Awaited<ReturnType<typeof runStarter>>): Promise<string | undefined> {
  const reading = new AbortController();
  for await (const [line] of driver.logs.read(machine, { follow: true, tail: null }, reading.signal)) {
    reading.abort();
    return line?.text;
  }
  return undefined;
}
