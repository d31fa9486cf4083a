import {
  type EngineId,
  type Health,
  type Limits,
  type Machine,
  type MachineState,
  type Mount,
  type NetworkPlace,
  type PortForward,
  type Problem,
  type RestartPolicy,
  toImageId,
  toMachineId,
  toProblem,
  twinId,
} from '../../contract/index.ts';
import { allowedActions } from '../actions.ts';
import { LABELS } from '../driver.ts';
import type { ContainerInspect, PortBindings } from './engine-api.ts';
import { entrypointProblem } from './errors.ts';
import { familiarName } from './image-names.ts';

export interface MachineContext {
  engineId: EngineId;
  kernelRelease: string;
  /** Why its last start failed, where the engine does not keep it (Podman keeps nothing). */
  startProblem: Problem | null;
}

export function toMachine(container: ContainerInspect, context: MachineContext): Machine {
  const { Config: config, State: state } = container;
  const problem = problemOf(container, context.startProblem);
  const machineState = stateOf(container, problem);
  const live = machineState === 'running' || machineState === 'paused';
  const startedAtMs = timeOf(state.StartedAt);
  const twin = twinId.safeParse(config.Labels?.[LABELS.twin]);
  return {
    id: toMachineId(context.engineId, container.Id),
    kind: 'container',
    engineId: context.engineId,
    name: nameOf(container),
    state: machineState,
    problem,
    exitCode: startedAtMs !== null && (machineState === 'stopped' || machineState === 'failed') ? state.ExitCode : null,
    image: { id: toImageId(context.engineId, container.Image), name: config.Labels?.[LABELS.image] ?? familiarName(config.Image) },
    createdAtMs: timeOf(container.Created),
    startedAtMs,
    startTiming: null,
    startWay: null,
    vm: null,
    actions: allowedActions(machineState),
    terminals: live ? ['shell', 'attach'] : [],
    ports: portsOf((live ? container.NetworkSettings.Ports : null) ?? container.HostConfig.PortBindings),
    limits: limitsOf(container.HostConfig),
    labels: config.Labels ?? {},
    health: live ? healthOf(container) : null,
    restartPolicy: restartPolicyOf(container.HostConfig),
    mounts: (container.Mounts ?? []).map(toMount),
    networks: networksOf(container),
    kernelRelease: context.kernelRelease,
    twinId: twin.success ? twin.data : null,
    progress: null,
  };
}

export function nameOf(container: ContainerInspect): string {
  return container.Name.replace(/^\//, '');
}

function stateOf(container: ContainerInspect, problem: Problem | null): MachineState {
  switch (container.State.Status) {
    case 'running':
      return container.State.Paused ? 'paused' : 'running';
    case 'paused':
      return 'paused';
    case 'restarting':
      return 'starting';
    case 'removing':
    case 'stopping':
      return 'stopping';
    case 'dead':
      return 'failed';
    default:
      return problem === null ? 'stopped' : 'failed';
  }
}

function problemOf(container: ContainerInspect, startProblem: Problem | null): Problem | null {
  const { State: state, HostConfig: limits } = container;
  if (state.Running) return null;
  if (state.OOMKilled && state.ExitCode !== 0) {
    return toProblem('outOfMemory', { name: nameOf(container), limitMiB: Math.round(limits.Memory / 1024 ** 2) });
  }
  if (startProblem !== null) return startProblem;
  if (state.Error === '') return null;
  return entrypointProblem(state.Error)?.problem ?? toProblem('entrypointFailed', { message: state.Error }, state.Error);
}

/** Go's zero time, year 1, means "never". */
export function timeOf(text: string): number | null {
  const ms = Date.parse(text);
  return ms > 0 ? ms : null;
}

function portsOf(bindings: PortBindings | null): PortForward[] {
  const ports = new Map<string, PortForward>();
  for (const [key, published] of Object.entries(bindings ?? {})) {
    const [machinePort, protocol] = key.split('/');
    if (protocol !== 'tcp' && protocol !== 'udp') continue;
    for (const { HostIp = '', HostPort = '' } of published ?? []) {
      const hostPort = Number(HostPort);
      // Docker gives the same port once more for IPv6.
      if (!(hostPort > 0) || ports.has(`${hostPort}/${key}`)) continue;
      ports.set(`${hostPort}/${key}`, { protocol, hostAddress: HostIp || '0.0.0.0', hostPort, machinePort: Number(machinePort) });
    }
  }
  return [...ports.values()];
}

export function limitsOf({ NanoCpus, CpuQuota, CpuPeriod, Memory, PidsLimit }: ContainerInspect['HostConfig']): Limits {
  // A quota below zero lifts the limit, whatever else the engine remembers.
  const cpus = CpuQuota < 0 ? null : NanoCpus > 0 ? NanoCpus / 1e9 : CpuQuota > 0 && CpuPeriod > 0 ? CpuQuota / CpuPeriod : null;
  return { cpus, memoryBytes: Memory > 0 ? Memory : null, processes: PidsLimit !== null && PidsLimit > 0 ? PidsLimit : null };
}

function healthOf({ State: { Health: health } }: ContainerInspect): Health | null {
  const status = health?.Status;
  // Podman says "" or "none" without a check, as Docker does.
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : null;
}

function restartPolicyOf({ RestartPolicy: policy }: ContainerInspect['HostConfig']): RestartPolicy {
  const { Name: name = 'no', MaximumRetryCount: maximumRetries = 0 } = policy ?? {};
  return name === 'always' || name === 'on-failure' || name === 'unless-stopped'
    ? { name, maximumRetries }
    : { name: 'no', maximumRetries: 0 };
}

function toMount({ Type, Name, Source, Destination, RW }: NonNullable<ContainerInspect['Mounts']>[number]): Mount {
  const type = Type === 'volume' || Type === 'bind' || Type === 'tmpfs' ? Type : 'other';
  return { type, source: type === 'volume' ? (Name ?? Source) : Source, destination: Destination, writable: RW };
}

function networksOf({ NetworkSettings: settings }: ContainerInspect): NetworkPlace[] {
  return Object.entries(settings.Networks ?? {}).map(([network, { IPAddress, Aliases }]) => ({
    network,
    address: IPAddress || null,
    aliases: Aliases ?? [],
  }));
}
