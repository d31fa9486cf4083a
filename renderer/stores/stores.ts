import type { BackendConnection } from '../backend/index.ts';
import { type Commands, createCommands } from './commands.ts';
import { followAlways } from './follow.ts';
import { createGuestImageCommands, type GuestImageCommands } from './guest-image-commands.ts';
import { createGuestImagesStore, type GuestImagesStore } from './guest-images.ts';
import { applyInventoryEvent, createInventoryStore, type InventoryStore } from './inventory.ts';
import { createLimitChanges, type LimitChangesStore } from './limit-changes.ts';
import { createMetricsFeed, type MetricsFeed } from './metrics-feed.ts';
import { createNotices, type Notices } from './notices.ts';
import { createSettingsStore, type SettingsStore } from './settings.ts';
import { createStackCommands, type StackCommands } from './stack-commands.ts';
import { createStacksStore, type StacksStore } from './stacks.ts';
import { createTasksStore, newestFirst, type TasksStore } from './tasks.ts';
import { createThumbnails, type Thumbnails } from './thumbnails.ts';
import { createUiStore, type UiStore } from './ui.ts';

/** Everything that the pages read and ask for; free of React. */
export interface Stores {
  readonly connection: BackendConnection;
  readonly inventory: InventoryStore;
  readonly limitChanges: LimitChangesStore;
  readonly metrics: MetricsFeed;
  readonly thumbnails: Thumbnails;
  readonly tasks: TasksStore;
  readonly settings: SettingsStore;
  readonly stacks: StacksStore;
  readonly guestImages: GuestImagesStore;
  readonly ui: UiStore;
  readonly notices: Notices;
  readonly commands: Commands;
  readonly stackCommands: StackCommands;
  readonly guestImageCommands: GuestImageCommands;
  close(): void;
}

/** Opens the streams at once; `close` ends them, and the connection stays the caller's. */
export function createStores(connection: BackendConnection, storage: Storage | null): Stores {
  const ending = new AbortController();
  const inventory = createInventoryStore();
  const limitChanges = createLimitChanges(inventory, Date.now);
  const tasks = createTasksStore();
  const settings = createSettingsStore();
  const stacks = createStacksStore();
  const guestImages = createGuestImagesStore();
  const notices = createNotices();
  const metrics = createMetricsFeed(connection);
  const thumbnails = createThumbnails(connection);
  const ui = createUiStore(storage);
  const onProblem = (problem: Parameters<Notices['tell']>[0]) => notices.tell(problem);

  void followAlways(
    connection,
    {
      open: (client, signal) => client.inventory.watch(undefined, { signal }),
      onValue: (event) => inventory.setState(applyInventoryEvent(inventory.getState(), event), true),
      onProblem,
    },
    ending.signal,
  );
  void followAlways(
    connection,
    {
      open: (client, signal) => client.tasks.watch(undefined, { signal }),
      onValue: (all) => tasks.setState({ tasks: newestFirst(all) }),
      onProblem,
    },
    ending.signal,
  );
  void followAlways(
    connection,
    {
      open: (client, signal) => client.settings.watch(undefined, { signal }),
      onValue: (value) => settings.setState({ settings: value }),
      onProblem,
    },
    ending.signal,
  );

  void followAlways(
    connection,
    {
      open: (client, signal) => client.stacks.watchProjects(undefined, { signal }),
      onValue: (projects) => stacks.setState({ projects }),
      onProblem,
    },
    ending.signal,
  );

  void followAlways(
    connection,
    {
      open: (client, signal) => client.guestImages.watch(undefined, { signal }),
      onValue: (images) => guestImages.setState({ images }),
      onProblem,
    },
    ending.signal,
  );

  return {
    connection,
    inventory,
    limitChanges,
    metrics,
    thumbnails,
    tasks,
    settings,
    stacks,
    guestImages,
    ui,
    notices,
    guestImageCommands: createGuestImageCommands({ connection, notices }),
    stackCommands: createStackCommands({ connection, notices }),
    commands: createCommands({ connection, inventory, settings, notices, ui }),
    close() {
      ending.abort();
      metrics.close();
      thumbnails.close();
    },
  };
}
