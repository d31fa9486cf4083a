import { readFile } from 'node:fs/promises';
import { availableParallelism, machine, release, hostname as systemHostname, totalmem, type } from 'node:os';
import { hostId } from '../contract/index.ts';
import type { Logger } from '../core/index.ts';
import { collect } from './collect.ts';
import type { Host } from './host.ts';
import { throwIfCancelled } from './host-errors.ts';
import { localFiles } from './local-files.ts';
import { followFile } from './local-follow.ts';
import { spawnLocal } from './local-process.ts';
import { openLocalPty } from './local-pty.ts';
import { createPortFinder, dialLocal, isLocalPortFree } from './local-sockets.ts';
import { OpenResources } from './open-resources.ts';
import { osName } from './os-release.ts';

/**
 * This computer. Disposing ends every process, terminal and connection that was opened through it.
 * @param env what children inherit; the process's own unless said
 */
export function createLocalHost(options: { logger: Logger; hostname?: string; env?: NodeJS.ProcessEnv }): Host {
  const surroundings = { hostname: options.hostname ?? systemHostname(), env: options.env ?? process.env };
  const open = new OpenResources(options.logger);

  return {
    ...localFiles,
    id: hostId.parse('local'),
    isLocal: true,

    async facts(signal) {
      throwIfCancelled(signal);
      const osRelease = await readFile('/etc/os-release', 'utf8').catch(() => '');
      return {
        id: hostId.parse('local'),
        name: surroundings.hostname,
        osName: osName(osRelease) ?? type(),
        kernelRelease: release(),
        architecture: machine(),
        cpus: availableParallelism(),
        memoryBytes: totalmem(),
      };
    },

    async exec(argv, execOptions, signal) {
      const child = await spawnLocal(argv, execOptions, { surroundings, signal });
      using _held = open.hold(child, child.exited);
      return await collect(child, execOptions, { command: argv[0], signal });
    },

    async spawn(argv, spawnOptions, signal) {
      const child = await spawnLocal(argv, spawnOptions, { surroundings, signal });
      open.hold(child, child.exited);
      return child;
    },

    async openPty(argv, ptyOptions, signal) {
      const pty = openLocalPty(argv, ptyOptions, { surroundings, signal });
      open.hold(pty, pty.exited);
      return pty;
    },

    async dial(target, signal) {
      const socket = await dialLocal(target, signal);
      open.holdStream(socket);
      return socket;
    },

    freePort: createPortFinder({ host: surroundings.hostname, isFree: isLocalPortFree }),
    follow: followFile,

    [Symbol.asyncDispose]: () => open[Symbol.asyncDispose](),
  };
}
