import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { portOwner } from '../../hosts/port-owner.ts';

/** Says who holds a port, in a sentence with a way out. */
export class PortOwners {
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** @returns AppError portTaken with the port's owner and the next free port */
  async portTaken({ protocol, port }: { protocol: 'tcp' | 'udp'; port: number }, signal: AbortSignal): Promise<AppError> {
    const [owner, next] = await Promise.all([portOwner(this.#host, { protocol, port }, signal), this.#host.freePort(port + 1, signal)]);
    return new AppError('portTaken', { port, owner: owner ?? 'another program', next });
  }
}
