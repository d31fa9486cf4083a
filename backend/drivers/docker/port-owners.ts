import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';

/** Says who holds a port, in a sentence with a way out. */
export class PortOwners {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** @returns AppError portTaken with the port's owner and the next free port */
  async portTaken({ protocol, port }: { protocol: 'tcp' | 'udp'; port: number }, signal: AbortSignal): Promise<AppError> {
    const [owner, next] = await Promise.all([this.#owner(protocol, port, signal), this.#host.freePort(port + 1, signal)]);
    return new AppError('portTaken', { port, owner, next });
  }

  /** `ss` names the processes of this user, or all of them for root. */
  async #owner(protocol: 'tcp' | 'udp', port: number, signal: AbortSignal): Promise<string> {
    try {
      const { stdout } = await this.#host.exec(['ss', '-Hlnp', `--${protocol}`, `sport = :${port}`], {}, signal);
      const found = /users:\(\("(?<name>[^"]+)",pid=(?<pid>\d+)/.exec(stdout.toString());
      if (found?.groups !== undefined) return `${found.groups.name} (process ${found.groups.pid})`;
    } catch (error) {
      if (!(error instanceof AppError && error.reason === 'commandMissing')) throw error;
    }
    return 'another program';
  }
}
