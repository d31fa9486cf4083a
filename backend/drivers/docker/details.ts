import type { Fact, Machine, MachineDetails } from '../../contract/index.ts';
import type { ContainerInspect } from './engine-api.ts';
import { timeOf } from './machines.ts';

/** The typed facts of a container, and all that the engine says. */
export function toDetails(container: ContainerInspect, { image, limits }: Machine): MachineDetails {
  const { Config: config, HostConfig: hostConfig, State: state, NetworkSettings: network } = container;
  const networks = Object.entries(network.Networks ?? {});
  const facts: Fact[] = [
    { group: 'general', label: 'id', value: container.Id },
    { group: 'general', label: 'image', value: image?.name ?? null },
    { group: 'general', label: 'imageId', value: container.Image },
    { group: 'general', label: 'createdAt', value: timeOf(container.Created), unit: 'time' },
    { group: 'general', label: 'startedAt', value: timeOf(state.StartedAt), unit: 'time' },
    { group: 'general', label: 'finishedAt', value: timeOf(state.FinishedAt), unit: 'time' },
    { group: 'general', label: 'restarts', value: container.RestartCount, unit: 'count' },
    { group: 'general', label: 'restartPolicy', value: hostConfig.RestartPolicy?.Name || 'no' },
    { group: 'general', label: 'labels', value: Object.entries(config.Labels ?? {}).map(([key, value]) => `${key}=${value}`) },
    { group: 'process', label: 'command', value: [container.Path, ...(container.Args ?? [])] },
    { group: 'process', label: 'workingDir', value: config.WorkingDir || '/' },
    { group: 'process', label: 'user', value: config.User || 'root' },
    { group: 'process', label: 'environment', value: config.Env ?? [] },
    { group: 'process', label: 'terminal', value: config.Tty },
    { group: 'process', label: 'pid', value: state.Pid > 0 ? state.Pid : null },
    { group: 'process', label: 'stopSignal', value: config.StopSignal || 'SIGTERM' },
    { group: 'resources', label: 'memoryLimit', value: limits.memoryBytes, unit: 'bytes' },
    { group: 'resources', label: 'cpuLimit', value: limits.cpus, unit: 'cores' },
    { group: 'resources', label: 'processLimit', value: limits.processes, unit: 'count' },
    { group: 'network', label: 'networkMode', value: hostConfig.NetworkMode },
    { group: 'network', label: 'hostname', value: config.Hostname },
    {
      group: 'network',
      label: 'addresses',
      value: networks.flatMap(([name, { IPAddress }]) => (IPAddress ? [`${IPAddress} (${name})`] : [])),
    },
    { group: 'network', label: 'macAddresses', value: networks.flatMap(([, { MacAddress }]) => (MacAddress ? [MacAddress] : [])) },
    { group: 'storage', label: 'storageDriver', value: container.Driver },
    { group: 'storage', label: 'mounts', value: (container.Mounts ?? []).map(mountText) },
    { group: 'storage', label: 'readOnlyRoot', value: hostConfig.ReadonlyRootfs },
    { group: 'isolation', label: 'privileged', value: hostConfig.Privileged },
    { group: 'isolation', label: 'addedCapabilities', value: hostConfig.CapAdd ?? [] },
    { group: 'isolation', label: 'droppedCapabilities', value: hostConfig.CapDrop ?? [] },
    { group: 'isolation', label: 'securityOptions', value: hostConfig.SecurityOpt ?? [] },
    { group: 'isolation', label: 'pidNamespace', value: hostConfig.PidMode || 'private' },
    { group: 'isolation', label: 'ipcNamespace', value: hostConfig.IpcMode || 'private' },
    { group: 'isolation', label: 'userNamespace', value: hostConfig.UsernsMode || 'host' },
    { group: 'runtime', label: 'runtime', value: hostConfig.Runtime },
    { group: 'runtime', label: 'logDriver', value: hostConfig.LogConfig.Type },
    { group: 'runtime', label: 'logPath', value: container.LogPath || null },
  ];
  return { facts, raw: container };
}

function mountText({ Type, Source, Destination, RW }: NonNullable<ContainerInspect['Mounts']>[number]): string {
  return `${Type} ${Source} → ${Destination}${RW ? '' : ' (read-only)'}`;
}
