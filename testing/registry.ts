import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryFolder } from './temporary.ts';

const READY_MS = 20_000;

/** A real registry (CNCF Distribution, Debian's docker-registry) on loopback, which Docker takes without TLS. */
export async function startRegistry(): Promise<{ address: string } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const address = `127.0.0.1:${await freePort()}`;
  const config = join(folder.path, 'config.json');
  // YAML 1.2 takes JSON.
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: join(folder.path, 'data') } },
      http: { addr: address },
    }),
  );
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill();
    await ended;
  });
  const deadline = performance.now() + READY_MS;
  while (!(await answers(address))) {
    if (performance.now() > deadline || child.exitCode !== null) throw new Error('docker-registry did not start');
    await sleep(50);
  }
  const parts = stack.move();
  return { address, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

async function answers(address: string): Promise<boolean> {
  try {
    return (await fetch(`http://${address}/v2/`)).ok;
  } catch {
    return false;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
