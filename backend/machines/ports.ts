import type { PortForward } from '../contract/index.ts';
import type { ImageProcess } from '../drivers/driver.ts';
import type { Host } from '../hosts/host.ts';

/** Below this a forward would need root. */
const FIRST_FREE_PORT = 1024;

/**
 * Chooses host ports for the ports that images expose. A port is held from the choice until its machine has been started
 * (or could not be), so that two runs at the same time never choose the same one.
 */
export class Ports {
  readonly #held = new Map<Host, Set<number>>();

  async choose(host: Host, exposed: ImageProcess['exposedPorts'], signal: AbortSignal): Promise<PortForward[]> {
    const held = this.#held.get(host) ?? new Set();
    this.#held.set(host, held);
    const forwards: PortForward[] = [];
    for (const { protocol, port } of exposed) {
      // 80 → 8080: near enough to be recognised.
      let from = port < FIRST_FREE_PORT ? port + 8000 : port;
      let hostPort = await host.freePort(from, signal);
      while (held.has(hostPort)) {
        from = hostPort + 1;
        hostPort = await host.freePort(from, signal);
      }
      held.add(hostPort);
      forwards.push({ protocol, hostAddress: '127.0.0.1', hostPort, machinePort: port });
    }
    return forwards;
  }

  release(host: Host, forwards: readonly PortForward[]): void {
    for (const { hostPort } of forwards) this.#held.get(host)?.delete(hostPort);
  }
}
