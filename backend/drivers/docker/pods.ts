import { type EngineId, type Pod, type PodAction, type PodId, splitId, toMachineId, toPodId } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import { LABELS } from '../driver.ts';
import type { PodsFacet } from '../pods.ts';
import type { Containers } from './containers.ts';
import type { PodAnswer } from './engine-api.ts';
import type { EngineClient } from './engine-client.ts';
import { type Refusal, takenPort } from './errors.ts';
import { timeOf } from './machines.ts';
import type { PortOwners } from './port-owners.ts';

/** In Podman's words (libpod/define/podstate.go), and in ours. */
const STATES: Record<string, Pod['state']> = {
  Created: 'created',
  Running: 'running',
  Paused: 'paused',
  Degraded: 'degraded',
  Exited: 'stopped',
  Stopped: 'stopped',
};

/** Degraded: some of its containers run, others do not. */
const ACTIONS: Record<Pod['state'], PodAction[]> = {
  created: ['start', 'remove'],
  running: ['stop', 'restart', 'pause', 'kill', 'remove'],
  paused: ['resume', 'kill', 'remove'],
  degraded: ['start', 'stop', 'restart', 'kill', 'remove'],
  stopped: ['start', 'remove'],
};

const VERBS: Record<Exclude<PodAction, 'remove'>, string> = {
  start: 'start',
  stop: 'stop',
  restart: 'restart',
  pause: 'pause',
  resume: 'unpause',
  kill: 'kill',
};

export interface PodDeps {
  client: EngineClient;
  containers: Containers;
  portOwners: PortOwners;
  engineId: EngineId;
}

/** Podman's own: pods are not in Docker's API. */
export function createPods({ client, containers, portOwners, engineId }: PodDeps): PodsFacet {
  const path = (id: PodId) => `/libpod/pods/${splitId(id).nativeId}`;

  async function list(signal: AbortSignal): Promise<Pod[]> {
    const pods = await client.call<PodAnswer[] | null>({ method: 'GET', path: '/libpod/pods/json' }, signal);
    return (pods ?? []).map((pod) => toPod(pod, engineId));
  }

  async function remove(id: PodId, signal: AbortSignal): Promise<void> {
    await client.call({ method: 'DELETE', path: path(id), query: { force: true }, refused: missing }, signal);
  }

  return {
    list,
    remove,
    async create({ name, ports }, signal) {
      const refused = ({ message }: Refusal) => {
        if (/already exists|is in use/.test(message)) return new AppError('nameTaken', { name });
        return /pause binary|catatonit/.test(message) ? new AppError('podHolderMissing', {}, { detail: message }) : null;
      };
      const portmappings = ports.map(({ protocol, hostAddress, hostPort, machinePort }) => ({
        protocol,
        host_ip: hostAddress,
        host_port: hostPort,
        container_port: machinePort,
      }));
      const { Id } = await client.call<{ Id: string }>(
        { method: 'POST', path: '/libpod/pods/create', body: { name, portmappings }, refused },
        signal,
      );
      return toPodId(engineId, Id);
    },
    async addContainer(id, { imageId, imageName, name, command }, signal) {
      const refused = ({ status, message }: Refusal) => {
        if (/already in use|is in use/.test(message)) return new AppError('nameTaken', { name: name ?? '' });
        if (/no such pod|no pod with/i.test(message)) return new AppError('podMissing');
        return status === 404 ? new AppError('imageMissing', { image: imageName }) : null;
      };
      const body = {
        pod: splitId(id).nativeId,
        image: splitId(imageId).nativeId,
        labels: { [LABELS.image]: imageName },
        ...(name === null ? {} : { name }),
        ...(command === null ? {} : { command }),
      };
      const { Id } = await client.call<{ Id: string }>({ method: 'POST', path: '/libpod/containers/create', body, refused }, signal);
      return toMachineId(engineId, Id);
    },
    async act(id, action, signal) {
      const members = (await list(signal)).find((pod) => pod.id === id)?.machineIds ?? [];
      let port: ReturnType<typeof takenPort> = null;
      const refused = (refusal: Refusal) => {
        port = takenPort(refusal.message);
        return missing(refusal);
      };
      try {
        if (action === 'remove') await remove(id, signal);
        else await client.call({ method: 'POST', path: `${path(id)}/${VERBS[action]}`, refused }, signal);
      } catch (error) {
        throw port === null ? error : await portOwners.portTaken(port, signal);
      } finally {
        for (const member of members) containers.touch(splitId(member).nativeId);
      }
    },
  };
}

function missing({ status, message }: Refusal): AppError | null {
  return status === 404 || /no such pod/i.test(message) ? new AppError('podMissing') : null;
}

function toPod({ Id, Name, Status, Created, InfraId, Labels, Containers }: PodAnswer, engineId: EngineId): Pod {
  const containers = (Containers ?? []).map((container) => container.Id);
  const state = STATES[Status] ?? 'degraded';
  return {
    id: toPodId(engineId, Id),
    engineId,
    name: Name,
    state,
    createdAtMs: timeOf(Created),
    labels: Labels ?? {},
    infraId: InfraId === '' ? null : toMachineId(engineId, InfraId),
    machineIds: containers.filter((id) => id !== InfraId).map((id) => toMachineId(engineId, id)),
    actions: ACTIONS[state],
  };
}
