import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { type Qmp, record } from './qmp.ts';

/** Keeps the threads of a machine's processors to these of the host. Those that are added later have to be pinned then. */
export async function pinProcessors(host: Host, of: { qmp: Qmp; cpus: readonly number[] }, signal: AbortSignal): Promise<void> {
  const processors = await of.qmp.execute('query-cpus-fast', {}, signal);
  const threads = Array.isArray(processors) ? processors.map((one) => record(one)['thread-id']) : [];
  for (const thread of threads.filter((one) => typeof one === 'number')) {
    const result = await host.exec(['taskset', '--cpu-list', '--pid', of.cpus.join(','), String(thread)], {}, signal);
    if (result.exitCode !== 0) {
      throw new AppError('commandFailed', { command: 'taskset', exitCode: result.exitCode, message: result.stderr.trim() });
    }
  }
}
