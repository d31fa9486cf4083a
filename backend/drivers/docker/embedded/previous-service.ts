import type { Clock } from '../../../core/index.ts';
import type { Argv, Host } from '../../../hosts/host.ts';

const GRACE_MS = 5_000;
const POLL_MS = 25;

/**
 * Ends a service that an app which was killed has left behind: it is told by its whole command line, which names our own
 * socket. Its containers go on running.
 */
export async function endPrevious({ host, clock }: { host: Host; clock: Clock }, argv: Argv, signal: AbortSignal): Promise<void> {
  for (const name of ['TERM', 'KILL']) {
    await signalServices(host, { argv, name }, signal);
    const deadline = clock.monotonic() + GRACE_MS;
    while (clock.monotonic() < deadline) {
      if ((await processesOf(host, argv, signal)).length === 0) return;
      await clock.sleep(POLL_MS, signal);
    }
  }
}

/** By their whole command line, which names our own socket. */
export async function signalServices(host: Host, { argv, name }: { argv: Argv; name: string }, signal: AbortSignal): Promise<void> {
  for (const pid of await processesOf(host, argv, signal)) await host.exec(['kill', '-s', name, pid], {}, signal);
}

async function processesOf(host: Host, argv: Argv, signal: AbortSignal): Promise<string[]> {
  const wanted = `${argv.join('\0')}\0`;
  const pids = ((await host.listFolder('/proc', signal)) ?? []).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      // One that has ended since the listing has no command line.
      const command = await host.readFile(`/proc/${pid}/cmdline`, signal).catch(() => null);
      return command?.toString() === wanted ? [pid] : [];
    }),
  );
  return found.flat();
}
