import { type EngineId, type MachineId, type PortForward, splitId, toMachineId } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import { type ContainersFacet, LABELS, type RunSpec } from '../driver.ts';
import type { EngineClient } from './engine-client.ts';
import type { Refusal } from './errors.ts';

/** A workload that was asked to stop has this long before it is killed. */
const STOP_TIMEOUT_S = 10;

export function createContainersFacet({ client, engineId }: { client: EngineClient; engineId: EngineId }): ContainersFacet {
  return {
    async create(spec: RunSpec, signal: AbortSignal): Promise<MachineId> {
      const refused = ({ status, message }: Refusal) => {
        if (/name .* is already in use|name is already in use/.test(message)) return new AppError('nameTaken', { name: spec.name });
        return status === 404 ? new AppError('imageMissing', { image: spec.image.name }) : null;
      };
      const request = { method: 'POST', path: '/containers/create', query: { name: spec.name }, body: toBody(spec), refused } as const;
      const { Id } = await client.call<{ Id: string }>(request, signal);
      return toMachineId(engineId, Id);
    },
  };
}

function toBody({ image, twinId, ports, limits, process }: RunSpec): object {
  const { cpus, memoryBytes, processes } = limits;
  const published = bindings(ports);
  const exposed = process.exposedPorts.map(({ port, protocol }) => `${port}/${protocol}`);
  return {
    // By id: the name may mean another image by now, and Podman guesses at short names. The label keeps the name.
    Image: splitId(image.id).nativeId,
    Labels: { [LABELS.image]: image.name, ...(twinId === null ? {} : { [LABELS.twin]: twinId }) },
    Entrypoint: process.entrypoint,
    Cmd: process.command,
    Env: process.env,
    WorkingDir: process.workingDir,
    User: process.user,
    ...(process.stopSignal === null ? {} : { StopSignal: process.stopSignal }),
    // Docker's own default; Podman 4.3 takes what is not said for 0 and kills at once.
    StopTimeout: STOP_TIMEOUT_S,
    // Docker publishes no port that is not exposed as well.
    ExposedPorts: Object.fromEntries([...exposed, ...Object.keys(published)].map((key) => [key, {}])),
    HostConfig: {
      PortBindings: published,
      ...(cpus === null ? {} : { NanoCpus: Math.round(cpus * 1e9) }),
      // Swap included: the limit is what it may use in all.
      ...(memoryBytes === null ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
      ...(processes === null ? {} : { PidsLimit: processes }),
    },
  };
}

function bindings(ports: PortForward[]): Record<string, { HostIp: string; HostPort: string }[]> {
  const all: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { protocol, hostAddress, hostPort, machinePort } of ports) {
    const key = `${machinePort}/${protocol}`;
    all[key] = [...(all[key] ?? []), { HostIp: hostAddress, HostPort: String(hostPort) }];
  }
  return all;
}
