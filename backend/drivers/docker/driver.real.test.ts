import { startDockerd, startPodman, type TestEngine } from '../../../testing/engines.ts';
import { testImageArchive } from '../../../testing/test-image.ts';
import { silentLogger, systemClock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { type Driver, LABELS } from '../driver.ts';
import { type DriverSubject, driverSuite } from '../driver-suite.ts';
import { connectDocker } from './index.ts';

driverSuite('Docker', async () => {
  const engine = await startDockerd();
  return subjectOf(engine, () => engine.restart());
});

driverSuite('Podman, as the embedded engine', async () => subjectOf(await startPodman()));

async function subjectOf(engine: TestEngine, restartEngine?: () => Promise<void>): Promise<DriverSubject> {
  await using stack = new AsyncDisposableStack();
  stack.use(engine);
  const host: Host = stack.use(createLocalHost({ logger: silentLogger }));
  const signal = new AbortController().signal;
  const connect = async (): Promise<Driver> => {
    const target = { unixPath: engine.socket };
    return connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal);
  };
  const driver = stack.use(await connect());
  const { images, containers } = driver;
  if (images === undefined || containers === undefined) throw new Error('a container engine has images and containers');
  const archive = await testImageArchive({ name: 'catamaran/test:latest', config: { Labels: { [LABELS.starter]: 'test' } } });
  const imageId = await images.load(single(archive), signal);
  const parts = stack.move();
  let made = 0;
  return {
    driver,
    terminal: 'shell',
    restartEngine,
    reconnect: async () => parts.use(await connect()),
    async create(command, createSignal) {
      const process = await images.process(imageId, createSignal);
      const limits = { cpus: null, memoryBytes: null, processes: null };
      const image = { id: imageId, name: 'catamaran/test:latest' };
      return containers.create(
        { name: `suite-${++made}`, image, twinId: null, ports: [], limits, process: { ...process, command } },
        createSignal,
      );
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
