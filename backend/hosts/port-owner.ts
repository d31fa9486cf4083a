import { AppError } from '../core/index.ts';
import type { Host } from './host.ts';

/**
 * Who listens on a port of the host, at any of its addresses: `nginx (process 4121)`, null when nobody does. `ss` names the
 * processes of this user, or all of them for root; where it is missing, only a TCP port on 127.0.0.1 can be tried.
 */
export async function portOwner(
  host: Host,
  { protocol, port }: { protocol: 'tcp' | 'udp'; port: number },
  signal: AbortSignal,
): Promise<string | null> {
  try {
    const { stdout } = await host.exec(['ss', '-Hlnp', `--${protocol}`, `sport = :${port}`], {}, signal);
    const listeners = stdout.toString();
    if (listeners.trim() === '') return null;
    const found = /users:\(\("(?<name>[^"]+)",pid=(?<pid>\d+)/.exec(listeners);
    return found?.groups === undefined ? OTHER : `${found.groups.name} (process ${found.groups.pid})`;
  } catch (error) {
    if (!(error instanceof AppError && error.reason === 'commandMissing')) throw error;
    return protocol === 'udp' || (await host.freePort(port, signal)) === port ? null : OTHER;
  }
}

const OTHER = 'another program';
