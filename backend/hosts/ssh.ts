import type { Duplex } from 'node:stream';
import type { ClientChannel } from 'ssh2';
import { hostId } from '../contract/index.ts';
import { AppError, type Logger } from '../core/index.ts';
import { collect } from './collect.ts';
import type { Argv, DialTarget, ExecOptions, ExecResult, Host, HostPty } from './host.ts';
import { cancelled, socketError } from './host-errors.ts';
import { createPortFinder, endpointOf } from './local-sockets.ts';
import { OpenResources } from './open-resources.ts';
import { osName } from './os-release.ts';
import { type SshAddress, SshConnection } from './ssh-connection.ts';
import { sshFiles } from './ssh-files.ts';
import { launch, throwIfLost } from './ssh-process.ts';
import { SshSocket } from './ssh-socket.ts';

/** RFC 4254, 5.1: the server forwards nothing for this user. */
const ADMINISTRATIVELY_PROHIBITED = 1;

/** One question for all facts; the file of the system's name comes last, for it has any number of lines. */
const FACTS = `uname -n; uname -s; uname -r; uname -m; getconf _NPROCESSORS_ONLN
sed -n 's/^MemTotal: *\\([0-9]*\\) kB$/\\1/p' /proc/meminfo; cat /etc/os-release`;

/**
 * A Linux computer over one SSH connection. Disposing ends what was opened through it, then the connection; when the
 * connection is lost, everything fails with `hostUnreachable`, and what ran there runs on.
 * @throws AppError hostUnreachable, hostKeyUnknown, hostKeyChanged, hostAuthFailed
 */
export async function connectSshHost(options: SshAddress & { id: string; logger: Logger }, signal: AbortSignal): Promise<Host> {
  const id = hostId.parse(options.id);
  const connection = await SshConnection.open(options, options.logger, signal);
  const open = new OpenResources(options.logger);

  async function exec(argv: Argv, execOptions: ExecOptions, execSignal: AbortSignal): Promise<ExecResult> {
    const child = await launch(connection, argv, execOptions, execSignal);
    using _held = open.hold(child, child.exited);
    return await collect(child, execOptions, { command: argv[0], signal: execSignal });
  }

  async function dial(target: DialTarget, dialSignal: AbortSignal): Promise<Duplex> {
    throwIfLost(connection, dialSignal);
    const channel = await connection.call<ClientChannel>(
      (done) =>
        'unixPath' in target
          ? connection.client.openssh_forwardOutStreamLocal(target.unixPath, done)
          : connection.client.forwardOut('127.0.0.1', 0, target.address, target.port, done),
      (error) => socketError(error, endpointOf(target)),
    );
    if (dialSignal.aborted) {
      channel.destroy();
      throw cancelled(dialSignal);
    }
    const socket = new SshSocket(channel);
    open.holdStream(socket);
    return socket;
  }

  async function isPortFree(port: number, portSignal: AbortSignal): Promise<boolean> {
    try {
      const socket = await dial({ address: '127.0.0.1', port }, portSignal);
      socket.destroy();
      return false;
    } catch (error) {
      const refused = error instanceof AppError && error.reason === 'socketUnreachable' ? (error.cause as { reason?: unknown }) : null;
      if (refused === null || refused.reason === ADMINISTRATIVELY_PROHIBITED) throw error;
      return true;
    }
  }

  return {
    ...sshFiles(connection, (argv, execSignal) => exec(argv, {}, execSignal)),
    id,
    isLocal: false,
    exec,
    dial,
    freePort: createPortFinder({ host: options.address, isFree: isPortFree }),

    async facts(factsSignal) {
      const { stdout } = await exec(['sh', '-c', FACTS], {}, factsSignal);
      const [name, system, kernelRelease, architecture, cpus, memoryKiB, ...osRelease] = stdout.toString().split('\n');
      return {
        id,
        name: name ?? options.address,
        osName: osName(osRelease.join('\n')) ?? system ?? '',
        kernelRelease: kernelRelease ?? '',
        architecture: architecture ?? '',
        cpus: Number(cpus),
        memoryBytes: Number(memoryKiB) * 1024,
      };
    },

    async spawn(argv, spawnOptions, spawnSignal) {
      const child = await launch(connection, argv, spawnOptions, spawnSignal);
      open.hold(child, child.exited);
      return child;
    },

    async openPty(argv, { cols, rows, env, cwd }, ptySignal) {
      const term = env?.TERM ?? 'xterm-256color';
      const child = await launch(connection, argv, { env, cwd, pty: { cols, rows, term, width: 0, height: 0 } }, ptySignal);
      open.hold(child, child.exited);
      const { channel } = child;
      const pty: HostPty = {
        output: { [Symbol.asyncIterator]: () => channel.iterator({ destroyOnReturn: false }) },
        exited: child.exited,
        write: (bytes) => channel.write(bytes),
        resize: (newCols, newRows) => channel.setWindow(newRows, newCols, 0, 0),
        [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
      };
      return pty;
    },

    async *follow(path, offset, followSignal) {
      // By name, and again when it is replaced, cut short or not there yet; tail counts bytes from 1.
      const child = await launch(connection, ['tail', '-c', `+${offset + 1}`, '-F', '--', path], {}, followSignal).catch(
        (error: unknown) => {
          if (!followSignal.aborted) throw error;
          return null;
        },
      );
      // An abort ends it at whatever moment it comes.
      if (child === null) return;
      using _held = open.hold(child, child.exited);
      await using _child = child;
      child.channel.stderr.resume();
      const onAbort = () => void child[Symbol.asyncDispose]();
      followSignal.addEventListener('abort', onAbort, { once: true });
      try {
        for await (const chunk of child.channel) {
          if (followSignal.aborted) return;
          yield chunk;
        }
        if (!followSignal.aborted) throwIfLost(connection, followSignal);
      } finally {
        followSignal.removeEventListener('abort', onAbort);
      }
    },

    async [Symbol.asyncDispose]() {
      await open[Symbol.asyncDispose]();
      await connection[Symbol.asyncDispose]();
    },
  };
}
