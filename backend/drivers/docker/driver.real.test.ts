import { startDockerd, startPodman, type TestEngine } from '../../../testing/engines.ts';
import { startSshd } from '../../../testing/sshd.ts';
import { testImageArchive } from '../../../testing/test-image.ts';
import { silentLogger, systemClock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { connectSshHost } from '../../hosts/ssh.ts';
import type { Driver } from '../driver.ts';
import { type DriverSubject, driverSuite } from '../driver-suite.ts';
import { connectDocker } from './index.ts';

const signal = new AbortController().signal;

driverSuite('Docker', async () => {
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(await startDockerd());
  const host = stack.use(createLocalHost({ logger: silentLogger }));
  return await subjectOf(stack, { engine, host, restartEngine: () => engine.restart() });
});

driverSuite('Podman, as the embedded engine', async () => {
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(await startPodman());
  return await subjectOf(stack, { engine, host: engine.host, restartEngine: () => engine.restart() });
});

driverSuite('Docker on another host, through SSH', async () => {
  await using stack = new AsyncDisposableStack();
  const engine = stack.use(await startDockerd());
  const sshd = stack.use(await startSshd());
  const host = stack.use(await connectSshHost({ ...sshd, id: 'ssh-loopback', logger: silentLogger }, signal));
  return await subjectOf(stack, { engine, host, restartEngine: () => engine.restart() });
});

/** @param stack what the subject stands on; it goes when the subject does */
async function subjectOf(
  stack: AsyncDisposableStack,
  on: { engine: TestEngine; host: Host; restartEngine?: () => Promise<void> },
): Promise<DriverSubject> {
  const { engine, host, restartEngine } = on;
  const connect = (): Promise<Driver> =>
    connectDocker({ host, target: { unixPath: engine.socket }, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal);
  const driver = stack.use(await connect());
  const { images, containers } = driver;
  if (images === undefined || containers === undefined) throw new Error('a container engine has images and containers');
  const archive = await testImageArchive({ name: 'catamaran/test:latest' });
  const image = { id: await images.load(single(archive), signal), name: 'catamaran/test:latest' };
  const limits = { cpus: null, memoryBytes: null, processes: null };
  const parts = stack.move();
  let made = 0;
  return {
    driver,
    terminal: 'shell',
    restartEngine,
    reconnect: async () => parts.use(await connect()),
    async create(command, createSignal) {
      const process = { ...(await images.process(image.id, createSignal)), command };
      return containers.create({ name: `suite-${++made}`, image, twinId: null, ports: [], limits, process }, createSignal);
    },
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
