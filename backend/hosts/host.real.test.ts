import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Sshd, startSshd } from '../../testing/sshd.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import { silentLogger } from '../core/index.ts';
import { hostSuite } from './host-suite.ts';
import { connectSshHost } from './ssh.ts';
import { hasNativeCrypto } from './ssh-connection.ts';

const never = new AbortController().signal;
let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd[Symbol.asyncDispose]());

const open = (changes: Partial<Parameters<typeof connectSshHost>[0]> = {}) =>
  connectSshHost({ id: 'ssh-loopback', ...sshd, logger: silentLogger, ...changes }, never);

hostSuite('host over SSH', () => open());

describe('connecting', () => {
  test('ssh2 has its native crypto', () => {
    expect(hasNativeCrypto()).toBe(true);
  });

  test('a host that is not known is refused, with its fingerprint', async () => {
    await expect(open({ knownHosts: '/nonexistent' })).rejects.toMatchObject({
      reason: 'hostKeyUnknown',
      problem: { params: { fingerprint: expect.stringMatching(/^SHA256:/) } },
    });
  });

  test('a host whose key has changed is refused', async () => {
    await using folder = await temporaryFolder();
    const knownHosts = join(folder.path, 'known_hosts');
    const other = sshd.hostKey.slice(0, -6) + (sshd.hostKey.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA');
    await writeFile(knownHosts, `[127.0.0.1]:${sshd.port} ${other}\n`);
    await expect(open({ knownHosts })).rejects.toMatchObject({ reason: 'hostKeyChanged' });
  });

  test('a sign-in that is refused, and a server that is not there', async () => {
    await expect(open({ user: 'nobody-of-that-name' })).rejects.toMatchObject({ reason: 'hostAuthFailed' });
    await expect(open({ privateKey: undefined })).rejects.toMatchObject({ reason: 'hostAuthFailed' });
    await expect(open({ port: 1 })).rejects.toMatchObject({ reason: 'hostUnreachable' });
  });

  test('an abort while it connects', async () => {
    const controller = new AbortController();
    // Takes the connection and says nothing.
    const server = createServer(() => controller.abort());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const connecting = connectSshHost({ id: 'ssh-loopback', ...sshd, port, logger: silentLogger }, controller.signal);
    await expect(connecting).rejects.toMatchObject({ code: 'cancelled' });
    await new Promise((resolve) => server.close(resolve));
  });
});

test('when the connection is lost, all that waits fails, and so does all that is asked later', async () => {
  await using folder = await temporaryFolder();
  await using host = await open();
  await using child = await host.spawn(['cat'], {}, never);
  const target = { address: '127.0.0.1', port: sshd.port };
  const socket = await host.dial(target, never);
  socket.resume();
  const waiting = [
    host.exec(['sh', '-c', `echo $$ > ${folder.path}/pid; exec cat`], { input: forever() }, never),
    child.exited,
    (async () => {
      for await (const _ of host.follow(join(folder.path, 'log'), 0, never)) {
        // Nothing comes.
      }
    })(),
  ].map((promise) => promise.catch((error: unknown) => error));
  await expect.poll(() => host.stat(join(folder.path, 'pid'), never)).not.toBeNull();
  const closed = once(socket, 'close');
  await sshd.dropConnections();
  for (const promise of waiting) expect(await promise).toMatchObject({ reason: 'hostUnreachable' });
  await closed;
  await expect(host.dial(target, never)).rejects.toMatchObject({ reason: 'hostUnreachable' });
  await expect(host.exec(['true'], {}, never)).rejects.toMatchObject({ reason: 'hostUnreachable' });
  await expect(host.readFile('/etc/passwd', never)).rejects.toMatchObject({ reason: 'hostUnreachable' });
});

test('more at once than a server opens sessions for: the rest waits its turn', async () => {
  await using host = await open();
  const results = await Promise.all(Array.from({ length: 30 }, (_, i) => host.exec(['sh', '-c', `sleep 0.05; echo ${i}`], {}, never)));
  expect(results.map((result) => Number(result.stdout))).toEqual(Array.from({ length: 30 }, (_, i) => i));
});

async function* forever(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(1);
  await new Promise(() => {});
}
