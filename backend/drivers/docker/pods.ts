import { type EngineId, type Pod, toMachineId, toPodId } from '../../contract/index.ts';
import type { PodsFacet } from '../driver.ts';
import type { PodAnswer } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import { timeOf } from './machines.ts';

/** In Podman's words (libpod/define/podstate.go), and in ours. */
const STATES: Record<string, Pod['state']> = {
  Created: 'created',
  Running: 'running',
  Paused: 'paused',
  Degraded: 'degraded',
  Exited: 'stopped',
  Stopped: 'stopped',
};

/** Podman's own: pods are not in Docker's API. */
export function createPods({ client, engineId }: { client: EngineClient; engineId: EngineId }): PodsFacet {
  return {
    async list(signal) {
      const pods = await client.call<PodAnswer[] | null>({ method: 'GET', path: '/libpod/pods/json' }, signal);
      return (pods ?? []).map((pod) => toPod(pod, engineId));
    },
  };
}

function toPod({ Id, Name, Status, Created, InfraId, Labels, Containers }: PodAnswer, engineId: EngineId): Pod {
  const containers = (Containers ?? []).map((container) => container.Id);
  return {
    id: toPodId(engineId, Id),
    engineId,
    name: Name,
    state: STATES[Status] ?? 'degraded',
    createdAtMs: timeOf(Created),
    labels: Labels ?? {},
    infraId: InfraId === '' ? null : toMachineId(engineId, InfraId),
    machineIds: containers.filter((id) => id !== InfraId).map((id) => toMachineId(engineId, id)),
  };
}
