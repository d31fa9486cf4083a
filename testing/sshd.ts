import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary.ts';

const run = promisify(execFile);
/** sshd wants its full path, to start itself anew for each connection. */
const SSHD = '/usr/sbin/sshd';
const READY_MS = 60_000;
const PRIVILEGE_SEPARATION = '/run/sshd';

export interface Sshd extends AsyncDisposable {
  address: string;
  port: number;
  user: string;
  /** Of the one key that may sign in. */
  privateKey: string;
  /** Path of a known_hosts file that holds the server's key, hashed. */
  knownHosts: string;
  /** The server's public key: type and base64. */
  hostKey: string;
  /** Drops every connection, as a broken network would. */
  dropConnections(): Promise<void>;
}

/** A real OpenSSH server on loopback, as the present user, with keys and configuration of its own. */
export async function startSshd(): Promise<Sshd> {
  await using stack = new AsyncDisposableStack();
  const { path } = stack.use(await temporaryFolder());
  const { username, uid } = userInfo();
  if (uid === 0) await makePrivilegeSeparation();

  for (const name of ['host', 'user']) await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(path, name)]);
  await writeFile(join(path, 'authorized_keys'), await readFile(join(path, 'user.pub')), { mode: 0o600 });
  const port = await freePort();
  const config = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(path, 'host')}`,
    `AuthorizedKeysFile ${join(path, 'authorized_keys')}`,
    `PidFile ${join(path, 'pid')}`,
    'UsePAM no',
    // The folder lies in a shared temporary one.
    'StrictModes no',
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'Subsystem sftp internal-sftp',
  ];
  await writeFile(join(path, 'sshd_config'), `${config.join('\n')}\n`);

  // Its own process group: the processes of its connections go with it.
  const server = spawn(SSHD, ['-D', '-e', '-f', join(path, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  let log = '';
  server.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const exited = once(server, 'exit');
  stack.defer(async () => {
    server.kill('SIGTERM');
    await exited;
  });
  await listening(port, exited, () => log);

  const hostKey = (await readFile(join(path, 'host.pub'), 'utf8')).split(' ').slice(0, 2).join(' ');
  const knownHosts = join(path, 'known_hosts');
  await writeFile(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`);
  await run('ssh-keygen', ['-H', '-f', knownHosts]);
  const owned = stack.move();
  return {
    address: '127.0.0.1',
    port,
    user: username,
    privateKey: await readFile(join(path, 'user'), 'utf8'),
    knownHosts,
    hostKey,
    async dropConnections() {
      for (const pid of await childrenOf(server.pid)) process.kill(pid, 'SIGKILL');
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** sshd started by root wants this folder, which a system's own service makes. It stays: another sshd may be using it by now. */
async function makePrivilegeSeparation(): Promise<void> {
  await mkdir(PRIVILEGE_SEPARATION, { recursive: true, mode: 0o755 });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

async function listening(port: number, exited: Promise<unknown>, log: () => string): Promise<void> {
  const ended = exited.then(() => {
    throw new Error(`sshd ended: ${log()}`);
  });
  ended.catch(() => {});
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    const socket = connect(port, '127.0.0.1');
    try {
      await Promise.race([once(socket, 'connect'), ended]);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ECONNREFUSED') throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`sshd does not listen: ${log()}`);
}

async function childrenOf(pid: number | undefined): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.split(' ').filter(Boolean).map(Number);
}
