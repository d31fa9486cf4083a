import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { IsolationFacet } from '../isolation.ts';
import type { Containers } from './containers.ts';
import type { EngineClient } from './engine-client.ts';
import { nameOf } from './machines.ts';

export function createIsolation({
  host,
  client,
  containers,
}: {
  host: Host;
  client: EngineClient;
  containers: Containers;
}): IsolationFacet {
  // Once one of the engine's processes was found here, one that is not has ended.
  let isHere = false;
  return {
    async subject(id, signal) {
      const container = await containers.inspect(id, signal);
      const { Id, State: state } = container;
      if (!state.Running || state.Pid <= 0) throw new AppError('machineNotRunning', { name: nameOf(container) });
      if (!(await isOfContainer(host, { pid: state.Pid, nativeId: Id }, signal)))
        throw isHere ? new AppError('machineEnded') : new AppError('processHidden', { engine: client.engine.name });
      isHere = true;
      return { kind: 'container', pid: state.Pid };
    },
  };
}

/**
 * A number alone proves nothing: an engine in a virtual machine tells those of its own kernel. The container's id stands in
 * the path of its control group, or, where it was given none, in the command of the process that watches over it.
 */
async function isOfContainer(host: Host, { pid, nativeId }: { pid: number; nativeId: string }, signal: AbortSignal): Promise<boolean> {
  const read = async (path: string) => {
    const text = await host.readFile(path, signal).catch((error: unknown) => {
      if (signal.aborted) throw error;
      return '';
    });
    return text.toString();
  };
  if ((await read(`/proc/${pid}/cgroup`)).includes(nativeId)) return true;
  const parent = /^PPid:\s*(\d+)$/m.exec(await read(`/proc/${pid}/status`))?.[1];
  return parent !== undefined && (await read(`/proc/${parent}/cmdline`)).includes(nativeId);
}
