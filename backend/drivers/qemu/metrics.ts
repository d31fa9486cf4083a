import type { Clock, Logger } from '../../core/index.ts';
import type { Counters, MetricsSource } from '../driver.ts';
import { guestCounters } from './guest/guest-counters.ts';
import { cancelled } from './json-channel.ts';
import { record } from './qmp.ts';
import type { Vm } from './vm.ts';

/** Of what only QEMU and the guest know; what does not answer is NaN, and the rest is told all the same. */
export function metricsSource(vm: Vm, deps: { clock: Clock; logger: Logger }): MetricsSource | null {
  const { connection } = vm;
  if (connection === null) return null;
  const { qmp, agent } = connection;
  const askSystem = guestCounters(vm, deps);
  return {
    type: 'process',
    pid: connection.pid,
    async read(signal): Promise<Counters> {
      const [blocks, balloon, guest] = await Promise.all([
        qmp.execute('query-blockstats', {}, signal).catch(() => null),
        qmp.execute('qom-get', { path: '/machine/peripheral/balloon', property: 'guest-stats' }, signal).catch(() => null),
        // A paused guest does not answer, and would be waited for.
        agent === null ? askSystem(signal) : vm.isPaused ? null : agent.stats(signal).catch(() => null),
      ]);
      if (signal.aborted) throw cancelled(signal);
      return {
        ...diskCounters(blocks),
        guestMemoryBytes: usedMemory(balloon),
        netReceiveBytes: guest?.netReceiveBytes ?? Number.NaN,
        netSendBytes: guest?.netSendBytes ?? Number.NaN,
        processes: guest?.processes ?? Number.NaN,
      };
    },
  };
}

/** https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html, query-blockstats: the sum over all devices. */
export function diskCounters(answer: unknown): Pick<Counters, 'diskReadBytes' | 'diskWriteBytes'> {
  const devices = Array.isArray(answer) ? answer.map((device) => record(record(device).stats)) : [];
  const sum = (key: string) => devices.reduce((total, stats) => total + (typeof stats[key] === 'number' ? stats[key] : 0), 0);
  if (devices.length === 0) return { diskReadBytes: Number.NaN, diskWriteBytes: Number.NaN };
  return { diskReadBytes: sum('rd_bytes'), diskWriteBytes: sum('wr_bytes') };
}

/** What the balloon does not know it says as 2^64 − 1. */
const UNKNOWN = 2 ** 63;

/** Memory that the guest's kernel could not give to a new process. */
export function usedMemory(answer: unknown): number {
  const stats = record(record(answer).stats);
  const total = stats['stat-total-memory'];
  const available = stats['stat-available-memory'];
  if (typeof total !== 'number' || typeof available !== 'number' || total >= UNKNOWN || available >= UNKNOWN) return Number.NaN;
  // Before its first report everything is zero.
  return total > 0 && available >= 0 ? total - available : Number.NaN;
}
