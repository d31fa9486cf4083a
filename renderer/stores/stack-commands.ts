import type {
  ComposeFile,
  EngineId,
  ImageId,
  Pod,
  PodAction,
  PodRequest,
  StackCommand,
  StackDefinition,
  StackProject,
  StackRef,
} from '../../backend/contract/index.ts';
import type { BackendConnection } from '../backend/index.ts';
import type { Notices } from './notices.ts';

/** What a person can ask for of stacks and pods. None of these throws: a failure is told as a notice, and answered with null. */
export interface StackCommands {
  run(ref: StackRef, command: StackCommand): Promise<void>;
  open(engineId: EngineId, path: string): Promise<StackProject | null>;
  add(ref: StackRef, text: string): Promise<StackProject | null>;
  forget(ref: StackRef): Promise<boolean>;
  save(ref: StackRef, file: ComposeFile): Promise<StackDefinition | null>;
  createPod(request: PodRequest): Promise<boolean>;
  addToPod(pod: Pod, request: { imageId: ImageId; name?: string; command?: string[] }): Promise<boolean>;
  actOnPod(pod: Pod, action: PodAction): Promise<void>;
}

export function createStackCommands({ connection, notices }: { connection: BackendConnection; notices: Notices }): StackCommands {
  const { client } = connection;
  async function attempt<T>(subject: string, call: Promise<T>): Promise<{ value: T } | null> {
    try {
      return { value: await call };
    } catch (error) {
      notices.tell(connection.problemOf(error), subject);
      return null;
    }
  }
  return {
    async run(ref, command) {
      await attempt(ref.name, client.stacks.run({ ...ref, command }));
    },
    open: async (engineId, path) => (await attempt(path, client.stacks.open({ engineId, path })))?.value ?? null,
    add: async (ref, text) => (await attempt(ref.name, client.stacks.add({ ...ref, text })))?.value ?? null,
    forget: async ({ engineId, name }) => (await attempt(name, client.stacks.forget({ engineId, name }))) !== null,
    save: async (ref, file) => (await attempt(ref.name, client.stacks.save({ ...ref, file })))?.value ?? null,
    createPod: async (request) => (await attempt(request.name, client.pods.create(request))) !== null,
    addToPod: async (pod, request) => (await attempt(pod.name, client.pods.addContainer({ podId: pod.id, ...request }))) !== null,
    async actOnPod(pod, action) {
      await attempt(pod.name, client.pods.act({ id: pod.id, action }));
    },
  };
}
