import { randomBytes } from 'node:crypto';
import type { Clock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';

const WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 100;

/**
 * A mark on the processes of one build. Podman 4.3 goes on with a step whose build was cancelled, until the step ends by itself,
 * and its API does not tell which process that is. The mark is a name in the step's /etc/hosts, which is mounted for the step
 * only: it gets neither into the image nor into what the cache goes by.
 */
export class BuildMark {
  readonly #name = `catamaran-build-${randomBytes(16).toString('hex')}.invalid`;

  get query(): { extrahosts: string } {
    return { extrahosts: JSON.stringify([`${this.#name}:127.0.0.1`]) };
  }

  /** Ends the processes that carry the mark, and returns when there is none any more. */
  async endProcesses({ host, clock }: { host: Host; clock: Clock }): Promise<void> {
    const signal = AbortSignal.timeout(WITHIN_MS);
    while (true) {
      const pids = await this.#find(host, signal);
      if (pids.length === 0) return;
      // One may have ended since it was found: that is what is wanted.
      await host.exec(['kill', '-KILL', ...pids], {}, signal);
      await clock.sleep(LOOK_EVERY_MS, signal);
    }
  }

  async #find(host: Host, signal: AbortSignal): Promise<string[]> {
    const pids = ((await host.listFolder('/proc', signal)) ?? []).filter((name) => /^\d+$/.test(name));
    const marked = await Promise.all(
      pids.map(async (pid) => {
        // Of other people's processes, and of those that end meanwhile, nothing can be read.
        const hosts = await host.readFile(`/proc/${pid}/root/etc/hosts`, signal).catch(() => null);
        return hosts?.includes(this.#name) ? pid : null;
      }),
    );
    return marked.filter((pid) => pid !== null);
  }
}
