import type { Host } from '../../hosts/host.ts';
import type { MetricsFacet } from '../driver.ts';
import type { Containers } from './containers.ts';

/** The container's control group, where its processes are processes of the host: not so for an engine in a virtual machine. */
export function createMetrics({ host, containers }: { host: Host; containers: Containers }): MetricsFacet {
  return {
    async source(id, signal) {
      const { Id, State: state } = await containers.inspect(id, signal);
      if (!state.Running || state.Pid <= 0) return null;
      const cgroups = await host.readFile(`/proc/${state.Pid}/cgroup`, signal).catch(() => null);
      return cgroups?.includes(Id) ? { type: 'cgroup', pid: state.Pid } : null;
    },
  };
}
