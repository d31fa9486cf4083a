import {
  type EngineId,
  type ImageId,
  type MachineAction,
  type MachineId,
  type MachineKind,
  type RunRequest,
  type SettingsPatch,
  type TaskId,
  twinId,
} from '../../backend/contract/index.ts';
import type { BackendConnection } from '../backend/index.ts';
import { createImageCommands, type ImageCommands } from './image-commands.ts';
import type { InventoryStore } from './inventory.ts';
import type { Notices } from './notices.ts';
import type { SettingsStore } from './settings.ts';
import type { UiStore } from './ui.ts';

/** What a person can ask for. None of these throws: a failure shows at its machine or task, or is told as a notice. */
export interface Commands extends ImageCommands {
  /** Runs an image on one hull, or as twins on both. Resolves when all of it runs or has failed. */
  run(imageId: ImageId, as: readonly MachineKind[], options?: Pick<RunRequest, 'startWay'>): Promise<void>;
  act(ids: readonly MachineId[], action: MachineAction, options?: { force?: boolean }): Promise<void>;
  /** Forwards another host port in place of one that is taken, and starts the machine with it. */
  movePort(id: MachineId, from: number, to: number): Promise<void>;
  pull(engineId: EngineId, name: string, options?: { platform?: string; allTags?: boolean }): Promise<void>;
  removeImages(ids: readonly ImageId[]): Promise<void>;
  /** The starter image's id; null when it could not be built. */
  buildStarter(engineId: EngineId): Promise<ImageId | null>;
  cancelTask(id: TaskId): Promise<void>;
  searchEngines(): Promise<void>;
  updateSettings(patch: SettingsPatch): Promise<void>;
}

export interface CommandParts {
  connection: BackendConnection;
  inventory: InventoryStore;
  settings: SettingsStore;
  notices: Notices;
  ui: UiStore;
}

export function createCommands({ connection, inventory, settings, notices, ui }: CommandParts): Commands {
  const { client } = connection;
  /** Waits for the call; what fails is told. */
  async function attempt<T>(call: Promise<T>, subject: string | null = null): Promise<T | null> {
    try {
      return await call;
    } catch (error) {
      notices.tell(connection.problemOf(error), subject);
      return null;
    }
  }
  const imageName = (id: ImageId) => inventory.getState().images.get(id)?.names[0] ?? null;

  async function runOne({ imageId, as, ...options }: RunRequest): Promise<void> {
    try {
      await client.machines.run({ imageId, as, ...options });
    } catch (error) {
      const problem = connection.problemOf(error);
      // A machine that failed shows its reason itself.
      const shown = [...inventory.getState().machines.values()].some(
        (machine) => machine.kind === as && machine.state === 'failed' && machine.problem?.message === problem.message,
      );
      if (!shown) notices.tell(problem, imageName(imageId));
    }
  }

  const removeImages = async (ids: readonly ImageId[]) => {
    await Promise.all(ids.map((id) => attempt(client.images.remove({ id }), imageName(id))));
  };

  const commands: Commands = {
    ...createImageCommands({ connection, notices, ui, removeImages }),
    removeImages,
    async run(imageId, as, options = {}) {
      const twin = as.length > 1 ? { twinId: twinId.parse(crypto.randomUUID()) } : {};
      await Promise.all(as.map((kind) => runOne({ imageId, as: kind, ...twin, ...options })));
    },
    async act(ids, action, options = {}) {
      if (ids.length === 0) return;
      const answers = await attempt(client.machines.act({ ids: [...ids], action, ...options }));
      const refused = (answers ?? []).flatMap(({ id, problem }) => (problem === null ? [] : [{ id, problem }]));
      const first = refused[0];
      if (first === undefined) return;
      const name = inventory.getState().machines.get(first.id)?.name ?? null;
      notices.tell(first.problem, name, { others: refused.length - 1, machineId: first.id });
    },
    async movePort(id, from, to) {
      const machine = inventory.getState().machines.get(id);
      if (machine === undefined) return;
      const ports = machine.ports.map((port) => (port.hostPort === from ? { ...port, hostPort: to } : port));
      // The call answers with nothing when it went well, and `attempt` with null when it did not.
      const moved = await attempt(
        client.machines.setPorts({ id, ports }).then(() => true),
        machine.name,
      );
      if (moved) await commands.act([id], 'start');
    },
    async pull(engineId, name, options = {}) {
      try {
        await client.images.pull({ engineId, name, ...options });
      } catch (error) {
        // With the tray open, the failure is shown at its task.
        if (!ui.getState().tasksOpen) notices.tell(connection.problemOf(error), name);
      }
    },
    async buildStarter(engineId) {
      return (await attempt(client.images.buildStarter({ engineId })))?.imageId ?? null;
    },
    async cancelTask(id) {
      await attempt(client.tasks.cancel({ id }));
    },
    async searchEngines() {
      await attempt(client.inventory.search());
    },
    async updateSettings(patch) {
      const before = settings.getState();
      // Shown at once; the backend's answer is what counts.
      if (before.settings !== null) settings.setState({ settings: { ...before.settings, ...patch } });
      const saved = await attempt(client.settings.update(patch));
      settings.setState({ settings: saved ?? before.settings });
    },
  };
  return commands;
}
