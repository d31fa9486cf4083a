import { eventIterator, oc } from '@orpc/contract';
import { z } from 'zod';
import { build, buildAbilities, buildRequest, buildSummary, buildUpload, contextPreview, folderListing } from './build.ts';
import { containerSpec, transport } from './container-spec.ts';
import { containerTemplate, templateId, templateName } from './container-template.ts';
import { guestClipboard, picture, thumbnail } from './display.ts';
import { healthReport, machineEvent } from './event.ts';
import { fileChange, fileListing, fileName, filePath, filePlace, fileView } from './file.ts';
import { guestExecRequest, guestExecResult, guestPasswordRequest, guestReport, guestSshKeyRequest, guestTrimResult } from './guest.ts';
import { catalogue, downloadRequest, guestImage, guestImageId, importGuestImageRequest, uploadGuestImageRequest } from './guest-image.ts';
import { engineId, imageId, machineId, networkId, podId, taskId, terminalId, volumeId } from './ids.ts';
import { commitRequest, imageDetails, importImageRequest, loadImagesRequest, saveImagesRequest } from './image.ts';
import { findInLayerRequest, imageContents, layerPage, listLayerRequest } from './image-layers.ts';
import {
  imagePackage,
  listScannersRequest,
  packagesRequest,
  saveSbomRequest,
  scanner,
  vulnerabilitiesRequest,
  vulnerability,
} from './image-scan.ts';
import { inventoryEvent } from './inventory.ts';
import { isolation } from './isolation.ts';
import { limitsChange, limitsReport, restartReport } from './limits.ts';
import { logEvent, logRequest, logSaveRequest } from './logs.ts';
import { logLine, machineAction, machineDetails, portForward, restartPolicy, runRequest, terminalKind } from './machine.ts';
import { metricSubject, metricsHistory, metricsTick } from './metrics.ts';
import { connectRequest, createNetworkRequest } from './network.ts';
import { podAction, podMemberRequest, podRequest } from './pod.ts';
import { problem } from './problem.ts';
import { machineProcesses, signalRequest } from './process.ts';
import { pullRequest, pushRequest, registryCheck, registryName, registryOverview, signInRequest } from './registry.ts';
import { settings, settingsPatch } from './settings.ts';
import {
  revertRequest,
  snapshotDeletion,
  snapshotDescription,
  snapshotId,
  snapshotName,
  snapshotSchedule,
  snapshotTree,
  takeSnapshotRequest,
} from './snapshot.ts';
import { composeFile, composeTool, stackCommand, stackDefinition, stackName, stackProject, stackRef, stackRun } from './stack.ts';
import { task } from './task.ts';
import { terminalSession, terminalSize } from './terminal.ts';
import { transferId } from './transfer.ts';
import { vmAutostart, vmChange, vmField, vmHardwareReport } from './vm-change.ts';
import { binnedVm, binnedVmId, vmCloneRequest, vmExportRequest, vmImportRequest } from './vm-copy.ts';
import { createVmRequest, vmAbilities, vmName } from './vm-create.ts';
import {
  addDiskRequest,
  checkReport,
  compactReport,
  convertDiskRequest,
  diskChange,
  diskRef,
  exportDiskRequest,
  growDiskRequest,
  growReport,
  machineDisks,
  repairReport,
  settleRepairRequest,
} from './vm-disk.ts';
import { vmTemplate } from './vm-template.ts';
import { volumeName, volumeRequest, volumeSize } from './volume.ts';

/** Raised by every change that an older page could not understand. */
export const CONTRACT_VERSION = 1;

/** Every call fails with this one shape and no other. */
const base = oc.errors({ PROBLEM: { data: problem } });

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

const inventoryCalls = {
  watch: base.output(eventIterator(inventoryEvent)),
  /** Looks for engines now, instead of at the next turn; returns when the look is over. */
  search: base.output(z.void()),
};

const machinesCalls = {
  /** Returns once the machine runs; goes on as a task when the caller goes away. */
  run: base.input(runRequest).output(z.object({ machineId })),
  /** The same action on many; each answers for itself. `force` removes a running one too. */
  act: base
    .input(z.object({ ids: z.array(machineId).min(1).max(2000), action: machineAction, force: z.boolean().optional() }))
    .output(z.array(z.object({ id: machineId, problem: problem.nullable() }))),
  inspect: base.input(z.object({ id: machineId })).output(machineDetails),
  /** Replaces a running virtual machine's forwards. */
  setPorts: base.input(z.object({ id: machineId, ports: z.array(portForward) })).output(z.void()),
};

const eventsCalls = {
  /** What is known of the machine so far, oldest first; then what happens. */
  watch: base.input(z.object({ id: machineId })).output(eventIterator(z.array(machineEvent))),
};

const healthCalls = {
  /** Null without a health check. */
  get: base.input(z.object({ id: machineId })).output(healthReport.nullable()),
};

const processesCalls = {
  list: base.input(z.object({ id: machineId })).output(machineProcesses),
  /** Only that very process gets it, or none. */
  signal: base.input(signalRequest).output(z.void()),
};

const guestCalls = {
  /** What an agent in the machine tells; without one the report says so. */
  get: base.input(z.object({ id: machineId })).output(guestReport),
  /** Returns when the program has ended; when the caller goes away, the program is killed. */
  exec: base.input(guestExecRequest).output(guestExecResult),
  trim: base.input(z.object({ id: machineId })).output(guestTrimResult),
  setPassword: base.input(guestPasswordRequest).output(z.void()),
  addSshKey: base.input(guestSshKeyRequest).output(z.void()),
  /** From inside; returns when the guest was told. */
  reboot: base.input(z.object({ id: machineId })).output(z.void()),
};

const logsCalls = {
  /** One log, or many merged by time, oldest first. Slow reader: the sources wait. */
  read: base.input(logRequest).output(eventIterator(logEvent)),
  /** All lines of the range as a text file; returns when the page has it. */
  save: base.input(logSaveRequest).output(z.object({ lines: z.int() })),
};

const containersCalls = {
  /** Pulls the image if it has to; returns when the container is there, or runs. Goes on as a task when the caller goes away. */
  create: base.input(z.object({ engineId, spec: containerSpec, start: z.boolean() })).output(z.object({ machineId })),
  /** Puts another in the place of one, with its name and its volumes; when that fails, the old one is as it was. A task. */
  recreate: base.input(z.object({ id: machineId, spec: containerSpec, start: z.boolean() })).output(z.object({ machineId })),
  /** What would make this container again: `copy` has volumes, ports and a name of its own, `same` has the same. */
  describe: base.input(z.object({ id: machineId, as: z.enum(['copy', 'same']) })).output(z.object({ engineId, spec: containerSpec })),
  /** Who has a port of the engine's host (null: nobody), and the next one at or above it that nobody has. */
  port: base
    .input(z.object({ engineId, protocol: transport, port: z.int().min(1).max(65535), except: machineId.nullable() }))
    .output(z.object({ owner: z.string().nullable(), next: z.int() })),
};

/** Virtual machines with an operating system of their own. */
const vmsCalls = {
  /** What the engine's host can do for them; looked up anew. */
  abilities: base.input(z.object({ engineId })).output(vmAbilities),
  /** Returns when the machine is there, or was switched on; goes on as a task when the caller goes away. Nothing is left of a failure. */
  create: base.input(createVmRequest).output(z.object({ machineId })),
};

const snapshotsCalls = {
  get: base.input(z.object({ id: machineId })).output(snapshotTree),
  /** These three return when it is done, and go on as tasks when the caller goes away. */
  take: base.input(takeSnapshotRequest).output(z.object({ snapshotId })),
  revert: base.input(revertRequest).output(z.void()),
  delete: base.input(z.object({ id: machineId, snapshotId })).output(z.void()),
  rename: base.input(z.object({ id: machineId, snapshotId, name: snapshotName, description: snapshotDescription })).output(z.void()),
  /** Nothing is deleted. */
  deletionOf: base.input(z.object({ id: machineId, snapshotId })).output(snapshotDeletion),
  setSchedule: base.input(z.object({ id: machineId, schedule: snapshotSchedule.nullable() })).output(z.void()),
};

const templatesCalls = {
  list: base.output(z.array(containerTemplate)),
  save: base.input(z.object({ name: templateName, spec: containerSpec })).output(containerTemplate),
  rename: base.input(z.object({ id: templateId, name: templateName })).output(z.void()),
  remove: base.input(z.object({ id: templateId })).output(z.void()),
};

const imagesCalls = {
  /** Returns when the image is there; goes on as a task when the caller goes away. */
  pull: base.input(pullRequest).output(z.object({ imageId: imageId.nullable() })),
  /** Returns when the registry has it; goes on as a task when the caller goes away. */
  push: base.input(pushRequest).output(z.void()),
  remove: base.input(z.object({ id: imageId })).output(z.void()),
  get: base.input(z.object({ id: imageId })).output(imageDetails),
  tag: base.input(z.object({ id: imageId, name: z.string().min(1).max(500) })).output(z.void()),
  /** Fails for the only name: without it the image would be gone. */
  untag: base.input(z.object({ id: imageId, name: z.string().min(1).max(500) })).output(z.void()),
  /** One archive of them all, as `docker save` writes it. */
  save: base.input(saveImagesRequest).output(z.void()),
  load: base.input(loadImagesRequest).output(z.object({ imageIds: z.array(imageId) })),
  /** A tar with a root filesystem, plain or compressed. */
  importFilesystem: base.input(importImageRequest).output(z.object({ imageId })),
  commit: base.input(commitRequest).output(z.object({ imageId })),
  /** Builds `catamaran/starter` from this machine's busybox, or finds it there. */
  buildStarter: base.input(z.object({ engineId })).output(z.object({ imageId })),
};

/** The library of disks and discs that virtual machines are made of. */
const guestImagesCalls = {
  /** By name, again at every change; how far one is that is on its way, its task says. Slow reader: `latest`. */
  watch: base.output(eventIterator(z.array(guestImage))),
  catalogue: base.output(catalogue),
  /** Those that follow return when the image is ready; each goes on as a task when the caller goes away. */
  download: base.input(z.object({ entryId: guestImageId })).output(z.object({ id: guestImageId })),
  downloadFrom: base.input(downloadRequest).output(z.object({ id: guestImageId })),
  resume: base.input(z.object({ id: guestImageId })).output(z.object({ id: guestImageId })),
  import: base.input(importGuestImageRequest).output(z.object({ id: guestImageId })),
  upload: base.input(uploadGuestImageRequest).output(z.object({ id: guestImageId })),
  /** Keeps what has come, also over an end of the app. */
  pause: base.input(z.object({ id: guestImageId })).output(z.void()),
  /** Also what is on its way, or paused. Fails while a machine uses it. */
  remove: base.input(z.object({ id: guestImageId })).output(z.void()),
};

const imageLayersCalls = {
  /** Reads all of an image's files, as a task, unless they are known; returns when it is done. */
  read: base.input(z.object({ id: imageId })).output(imageContents),
  list: base.input(listLayerRequest).output(layerPage),
  find: base.input(findInLayerRequest).output(layerPage),
};

const imageScansCalls = {
  /** Those that are installed on the engine's host. */
  scanners: base.input(listScannersRequest).output(z.array(scanner)),
  packages: base.input(packagesRequest).output(z.array(imagePackage)),
  vulnerabilities: base.input(vulnerabilitiesRequest).output(z.array(vulnerability)),
  /** The packages as a CycloneDX document. */
  saveSbom: base.input(saveSbomRequest).output(z.void()),
};

const limitsCalls = {
  get: base.input(z.object({ id: machineId })).output(limitsReport),
  /** All of the change or nothing; in force when it returns. */
  set: base.input(z.object({ id: machineId, change: limitsChange })).output(z.void()),
};

/** Virtual machines as copies. Each is a task that goes on when the caller goes away. */
const copiesCalls = {
  /** Stopped, with name, MAC address and host ports of its own. */
  clone: base.input(vmCloneRequest).output(z.object({ machineId })),
  /** Returns when the page, or the file, has all of it. */
  export: base.input(vmExportRequest).output(z.void()),
  import: base.input(vmImportRequest).output(z.object({ machineId })),
};

/** Virtual machines that were removed. */
const binCalls = {
  list: base.output(z.array(binnedVm)),
  restore: base.input(z.object({ engineId, id: binnedVmId })).output(z.object({ machineId })),
  /** For good. */
  remove: base.input(z.object({ engineId, id: binnedVmId })).output(z.void()),
};

/** What virtual machines are made of. */
const hardwareCalls = {
  get: base.input(z.object({ id: machineId })).output(vmHardwareReport),
  /** All of the change or nothing. What a running machine can take counts at once, the rest from the next start on. */
  change: base.input(z.object({ id: machineId, change: vmChange })).output(z.void()),
  /** Takes back what would count from the next start on. */
  undo: base.input(z.object({ id: machineId, fields: z.array(vmField) })).output(z.void()),
  /** Takes the disc out although the guest holds it. */
  forceEject: base.input(z.object({ id: machineId })).output(z.void()),
  /** Memory that a running guest is left with, until its next start. */
  setBalloon: base.input(z.object({ id: machineId, memoryBytes: z.int().positive() })).output(z.void()),
  rename: base.input(z.object({ id: machineId, name: vmName })).output(z.void()),
  autostart: base.input(z.object({ id: machineId })).output(vmAutostart),
  setAutostart: base.input(z.object({ id: machineId, autostart: vmAutostart })).output(z.void()),
};

const restartCalls = {
  get: base.input(z.object({ engineId })).output(restartReport),
  setPolicy: base.input(z.object({ id: machineId, policy: restartPolicy })).output(z.void()),
};

const networksCalls = {
  create: base.input(createNetworkRequest).output(z.object({ networkId })),
  remove: base.input(z.object({ id: networkId })).output(z.void()),
  connect: base.input(connectRequest).output(z.void()),
  disconnect: base.input(z.object({ id: networkId, machineId })).output(z.void()),
};

const isolationCalls = {
  /** Read anew at every call. */
  get: base.input(z.object({ id: machineId })).output(isolation),
};

const registriesCalls = {
  /** The registries that are known on the engine's host: signed in to, or named by the engine. */
  list: base.input(z.object({ engineId })).output(registryOverview),
  /** Asks the registry itself, from the engine's host. */
  check: base.input(z.object({ engineId, registry: registryName })).output(registryCheck),
  signIn: base.input(signInRequest).output(z.void()),
  signOut: base.input(z.object({ engineId, registry: registryName })).output(z.void()),
};

const buildsCalls = {
  /** Returns at once; goes on as a task. An upload is received meanwhile. */
  start: base.input(buildRequest).output(z.object({ id: taskId })),
  /** The same once more, with the folder as it is now. What a page sent, it has to send again. */
  again: base.input(z.object({ id: taskId, upload: buildUpload.optional() })).output(z.object({ id: taskId })),
  /** Returns when the build has ended, however it ended. */
  finished: base.input(z.object({ id: taskId })).output(build),
  /** Ends with the build. Slow reader: `latest`. */
  watch: base.input(z.object({ id: taskId })).output(eventIterator(build)),
  /** What one step has written, and what it writes, until it has ended. */
  log: base.input(z.object({ id: taskId, step: z.string() })).output(eventIterator(z.array(logLine))),
  /** Newest first, until the app ends. Slow reader: `latest`. */
  list: base.output(eventIterator(z.array(buildSummary))),
  abilities: base.input(z.object({ engineId })).output(buildAbilities),
  /** What a folder would be built from. */
  preview: base.input(z.object({ path: z.string(), dockerfile: z.string().nullable() })).output(contextPreview),
  /** Folders of the backend's computer to choose from; null is the home folder. */
  folders: base.input(z.object({ path: z.string().nullable() })).output(folderListing),
};

const filesCalls = {
  list: base.input(z.object({ place: filePlace, path: filePath })).output(fileListing),
  view: base.input(z.object({ place: filePlace, path: filePath })).output(fileView),
  makeFolder: base.input(z.object({ place: filePlace, path: filePath })).output(z.void()),
  /** Also moves; never replaces. */
  rename: base.input(z.object({ place: filePlace, from: filePath, to: filePath })).output(z.void()),
  remove: base.input(z.object({ place: filePlace, folder: filePath, names: z.array(fileName).min(1).max(10_000) })).output(z.void()),
  /** Against the container's image. */
  changes: base.input(z.object({ machineId })).output(z.array(fileChange)),
  /** The page sends a tar of files and folders. Goes on as a task when the caller goes away. */
  upload: base
    .input(z.object({ place: filePlace, folder: filePath, subject: z.string().max(1024), sizeBytes: z.number().min(0), transferId }))
    .output(z.void()),
  /** A file as it is, or a folder as a tar. */
  download: base.input(z.object({ place: filePlace, path: filePath, asTar: z.boolean(), transferId })).output(z.void()),
};

const volumesCalls = {
  create: base.input(volumeRequest).output(z.object({ volumeId })),
  remove: base
    .input(z.object({ ids: z.array(volumeId).min(1).max(2000) }))
    .output(z.array(z.object({ id: volumeId, problem: problem.nullable() }))),
  /** The engine walks every file for it. */
  sizes: base.input(z.object({ engineId })).output(z.array(volumeSize)),
  clone: base.input(z.object({ id: volumeId, name: volumeName })).output(z.object({ volumeId })),
  empty: base.input(z.object({ id: volumeId })).output(z.void()),
  export: base.input(z.object({ id: volumeId, gzip: z.boolean(), transferId })).output(z.void()),
  /** A tar, gzipped or not. */
  import: base
    .input(z.object({ engineId, name: volumeName, into: z.enum(['new', 'existing']), sizeBytes: z.number().min(0), transferId }))
    .output(z.object({ volumeId })),
};

/** Guests that are kept for clones of virtual machines to go on from. */
const vmTemplatesCalls = {
  list: base.input(z.object({ engineId })).output(z.array(vmTemplate)),
  /** Null: all. */
  remove: base.input(z.object({ engineId, keys: z.array(vmTemplate.shape.key).min(1).max(100).nullable() })).output(z.void()),
};

const metricsCalls = {
  /** `hz` applies to `subjects`; null is every subject. Ends with the subscription. */
  watch: base
    .input(z.object({ subjects: z.array(metricSubject).nullable(), hz: z.union([z.literal(1), z.literal(10)]) }))
    .output(eventIterator(metricsTick)),
  history: base
    .input(z.object({ subject: metricSubject, fromMs: z.number(), toMs: z.number(), points: z.int().min(2).max(2000) }))
    .output(metricsHistory),
};

/** Stacks of Compose. Those that run are in the inventory (`groupStacks`); here is what their labels do not say. */
const stacksCalls = {
  /** Those whose files were opened here. Slow reader: `latest`. */
  watchProjects: base.output(eventIterator(z.array(stackProject))),
  /** The last command on a stack with its output; null before the first. Slow reader: `latest`. */
  watchRun: base.input(stackRef).output(eventIterator(stackRun.nullable())),
  /** Null when no Compose is installed on the engine's host. */
  tool: base.input(z.object({ engineId })).output(composeTool.nullable()),
  /** By the path of a Compose file, or of the folder that holds it, on the engine's host. */
  open: base.input(z.object({ engineId, path: z.string().min(1).max(4096) })).output(stackProject),
  /** Keeps a text as a stack of its own. */
  add: base.input(z.object({ engineId, name: stackName, text: z.string().max(1024 * 1024) })).output(stackProject),
  /** Listed no more; the file of one that was kept by `add` is deleted. */
  forget: base.input(stackRef).output(z.void()),
  definition: base.input(stackRef).output(stackDefinition),
  /** As `definition`, with one file's text as it is being edited. */
  check: base.input(z.object({ ...stackRef.shape, path: z.string(), text: z.string().max(1024 * 1024) })).output(stackDefinition),
  save: base.input(z.object({ ...stackRef.shape, file: composeFile })).output(stackDefinition),
  /** Returns when it is done; goes on as a task when the caller goes away. */
  run: base.input(z.object({ ...stackRef.shape, command: stackCommand })).output(z.void()),
};

const podsCalls = {
  /** Empty, and not started. */
  create: base.input(podRequest).output(z.object({ podId })),
  addContainer: base.input(podMemberRequest).output(z.object({ machineId })),
  /** On all of its containers. `remove` removes them with it, running or not. */
  act: base.input(z.object({ id: podId, action: podAction })).output(z.void()),
};

const terminalsCalls = {
  list: base.output(z.array(terminalSession)),
  /** A console or attach terminal that is open already is shared; a shell is always new. */
  open: base.input(z.object({ machineId, kind: terminalKind, size: terminalSize })).output(terminalSession),
  close: base.input(z.object({ id: terminalId })).output(z.void()),
};

/** Screens of virtual machines. What is seen and typed goes over a channel of its own (display.ts). */
const disksCalls = {
  list: base.input(z.object({ id: machineId })).output(machineDisks),
  // Tasks, all of these: they go on when the caller goes away. One at a time is done to a machine's disks.
  grow: base.input(growDiskRequest).output(growReport),
  compact: base.input(diskRef).output(compactReport),
  check: base.input(diskRef).output(checkReport),
  repair: base.input(diskRef).output(repairReport),
  /** Which of the two stays after a repair; the other's file is removed. */
  settleRepair: base.input(settleRepairRequest).output(z.void()),
  convert: base.input(convertDiskRequest).output(z.void()),
  flatten: base.input(diskRef).output(compactReport),
  export: base.input(exportDiskRequest).output(z.void()),
  add: base.input(addDiskRequest).output(diskChange),
  detach: base.input(diskRef).output(diskChange),
  /** Of a detached disk, for good. */
  deleteFile: base.input(z.object({ machineId, file: z.string() })).output(z.void()),
};

const displaysCalls = {
  /** Of the machines that somebody looks at in a list, again when one has changed; takes none when nobody reads. Slow reader: fewer. */
  watchThumbnails: base.input(z.object({ ids: z.array(machineId).min(1).max(200) })).output(eventIterator(thumbnail)),
  /** What it shows now, in full size. */
  capture: base.input(z.object({ id: machineId })).output(picture),
  /** The same as a PNG file. */
  saveScreenshot: base.input(z.object({ id: machineId, transferId })).output(z.void()),
  clipboard: base.input(z.object({ id: machineId })).output(guestClipboard),
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
