import type { ContainerSpec, EngineId, MachineId } from '../contract/index.ts';
import { type CreateParts, createContainer } from './create.ts';
import { describeContainer } from './describe.ts';
import { checkPort, type PortQuestion } from './port-check.ts';
import { recreateContainer } from './recreate.ts';

/** Containers made from specs. */
export interface ContainerService {
  create(request: { engineId: EngineId; spec: ContainerSpec; start: boolean }): Promise<{ machineId: MachineId }>;
  recreate(request: { id: MachineId; spec: ContainerSpec; start: boolean }): Promise<{ machineId: MachineId }>;
  describe(request: { id: MachineId; as: 'copy' | 'same' }, signal: AbortSignal): Promise<{ engineId: EngineId; spec: ContainerSpec }>;
  port(question: PortQuestion, signal: AbortSignal): Promise<{ owner: string | null; next: number }>;
}

export function createContainerService(parts: CreateParts): ContainerService {
  const { inventory } = parts;
  return {
    create: async (request) => createContainer(parts, request),
    recreate: async (request) => recreateContainer(parts, request),
    describe: (request, signal) => describeContainer(inventory, request, signal),
    port: (question, signal) => checkPort(inventory, question, signal),
  };
}
