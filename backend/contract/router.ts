import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { base } from './calls/base.ts';
import { filesCalls, networksCalls, podsCalls, stacksCalls, volumesCalls } from './calls/engine-calls.ts';
import { buildsCalls, imageLayersCalls, imageScansCalls, imagesCalls, registriesCalls } from './calls/image-calls.ts';
import {
  containersCalls,
  eventsCalls,
  healthCalls,
  inventoryCalls,
  isolationCalls,
  limitsCalls,
  logsCalls,
  machinesCalls,
  metricsCalls,
  processesCalls,
  restartCalls,
  templatesCalls,
  terminalsCalls,
} from './calls/machine-calls.ts';
import {
  binCalls,
  copiesCalls,
  disksCalls,
  displaysCalls,
  guestCalls,
  guestImagesCalls,
  hardwareCalls,
  snapshotsCalls,
  vmsCalls,
  vmTemplatesCalls,
} from './calls/virtual-machine-calls.ts';
import { taskId } from './ids.ts';
import { settings, settingsPatch } from './settings.ts';
import { task } from './task.ts';

/** Raised by every change that an older page could not understand. */
export const CONTRACT_VERSION = 1;

export const appInfo = z.object({
  contractVersion: z.int(),
  appVersion: z.string(),
  pid: z.int(),
  mode: z.enum(['electron', 'browser']),
  startedAtMs: z.number(),
  dataDir: z.string(),
});
export type AppInfo = z.infer<typeof appInfo>;

const appCalls = {
  /** The first call of every connection; fails with `versionMismatch`. */
  hello: base.input(z.object({ contractVersion: z.int() })).output(appInfo),
  /** Nothing but the round trip. */
  ping: base.input(z.object({ n: z.int() })).output(z.object({ n: z.int() })),
};

const tasksCalls = {
  /** All known tasks, again at every change. Slow reader: `latest`. */
  watch: base.output(eventIterator(z.array(task))),
  cancel: base.input(z.object({ id: taskId })).output(z.void()),
};

const settingsCalls = {
  watch: base.output(eventIterator(settings)),
  update: base.input(settingsPatch).output(settings),
};

/** Typed by the names of its parts: written out, their types are too long for the compiler. */
export const contract: {
  app: typeof appCalls;
  inventory: typeof inventoryCalls;
  machines: typeof machinesCalls;
  events: typeof eventsCalls;
  health: typeof healthCalls;
  processes: typeof processesCalls;
  guest: typeof guestCalls;
  logs: typeof logsCalls;
  containers: typeof containersCalls;
  vms: typeof vmsCalls;
  snapshots: typeof snapshotsCalls;
  templates: typeof templatesCalls;
  images: typeof imagesCalls;
  guestImages: typeof guestImagesCalls;
  imageLayers: typeof imageLayersCalls;
  imageScans: typeof imageScansCalls;
  limits: typeof limitsCalls;
  copies: typeof copiesCalls;
  bin: typeof binCalls;
  hardware: typeof hardwareCalls;
  restart: typeof restartCalls;
  networks: typeof networksCalls;
  isolation: typeof isolationCalls;
  registries: typeof registriesCalls;
  builds: typeof buildsCalls;
  files: typeof filesCalls;
  volumes: typeof volumesCalls;
  vmTemplates: typeof vmTemplatesCalls;
  metrics: typeof metricsCalls;
  stacks: typeof stacksCalls;
  pods: typeof podsCalls;
  terminals: typeof terminalsCalls;
  disks: typeof disksCalls;
  displays: typeof displaysCalls;
  tasks: typeof tasksCalls;
  settings: typeof settingsCalls;
} = {
  app: appCalls,
  inventory: inventoryCalls,
  machines: machinesCalls,
  events: eventsCalls,
  health: healthCalls,
  processes: processesCalls,
  guest: guestCalls,
  logs: logsCalls,
  containers: containersCalls,
  vms: vmsCalls,
  snapshots: snapshotsCalls,
  templates: templatesCalls,
  images: imagesCalls,
  guestImages: guestImagesCalls,
  imageLayers: imageLayersCalls,
  imageScans: imageScansCalls,
  limits: limitsCalls,
  copies: copiesCalls,
  bin: binCalls,
  hardware: hardwareCalls,
  restart: restartCalls,
  networks: networksCalls,
  isolation: isolationCalls,
  registries: registriesCalls,
  builds: buildsCalls,
  files: filesCalls,
  volumes: volumesCalls,
  vmTemplates: vmTemplatesCalls,
  metrics: metricsCalls,
  stacks: stacksCalls,
  pods: podsCalls,
  terminals: terminalsCalls,
  disks: disksCalls,
  displays: displaysCalls,
  tasks: tasksCalls,
  settings: settingsCalls,
};
