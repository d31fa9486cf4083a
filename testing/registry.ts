import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary.ts';

const run = promisify(execFile);
const READY_MS = 60_000;

/** Whom a registry with `signIn` lets in. */
export const TEST_USER = { username: 'tester', password: 's3cret-of-test' };
/** bcrypt, the only kind that the registry takes. */
const HTPASSWD = `${TEST_USER.username}:$2b$05$abcdefghijklmnopqrstuu2mhWu9GT0Yp0BX/Km4XNPNs1R9Rv7zm\n`;

export interface TestRegistry extends AsyncDisposable {
  address: string;
  /** Of who vouches for its certificate, PEM; null without TLS. */
  authority: string | null;
}

/** A real registry (CNCF Distribution, Debian's docker-registry) on loopback, which Docker takes without TLS. */
export async function startRegistry(options: { signIn?: boolean; tls?: boolean } = {}): Promise<TestRegistry> {
  const { signIn = false, tls = false } = options;
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const at = (name: string) => join(folder.path, name);
  const address = `127.0.0.1:${await freePort()}`;
  await writeFile(at('htpasswd'), HTPASSWD);
  const authority = tls ? await makeCertificate(at('cert.pem'), at('key.pem')) : null;
  // YAML 1.2 takes JSON.
  await writeFile(
    at('config.json'),
    JSON.stringify({
      version: 0.1,
      log: { level: 'error' },
      storage: { filesystem: { rootdirectory: at('data') } },
      http: { addr: address, ...(tls ? { tls: { certificate: at('cert.pem'), key: at('key.pem') } } : {}) },
      ...(signIn ? { auth: { htpasswd: { realm: 'test', path: at('htpasswd') } } } : {}),
    }),
  );
  const child = spawn('docker-registry', ['serve', at('config.json')], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  stack.defer(async () => {
    child.kill();
    await ended;
  });
  const deadline = performance.now() + READY_MS;
  while (!(await listens(address))) {
    if (performance.now() > deadline || child.exitCode !== null) throw new Error('docker-registry did not start');
    await sleep(50);
  }
  const parts = stack.move();
  return { address, authority, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

/** For 127.0.0.1, vouched for by itself. */
async function makeCertificate(certificate: string, key: string): Promise<string> {
  const names = ['-subj', '/CN=catamaran test', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  await run('openssl', ['req', '-x509', '-nodes', '-days', '2', ...curve, '-keyout', key, '-out', certificate, ...names]);
  return readFile(certificate, 'utf8');
}

async function listens(address: string): Promise<boolean> {
  try {
    await fetch(`http://${address}/v2/`);
    return true;
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
