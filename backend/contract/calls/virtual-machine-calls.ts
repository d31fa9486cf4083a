import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { guestClipboard, picture, thumbnail } from '../display.ts';
import { guestExecRequest, guestExecResult, guestPasswordRequest, guestReport, guestSshKeyRequest, guestTrimResult } from '../guest.ts';
import { catalogue, downloadRequest, guestImage, guestImageId, importGuestImageRequest, uploadGuestImageRequest } from '../guest-image.ts';
import { engineId, machineId } from '../ids.ts';
import {
  revertRequest,
  snapshotDeletion,
  snapshotDescription,
  snapshotId,
  snapshotName,
  snapshotSchedule,
  snapshotTree,
  takeSnapshotRequest,
} from '../snapshot.ts';
import { transferId } from '../transfer.ts';
import { vmAutostart, vmChange, vmField, vmHardwareReport } from '../vm-change.ts';
import { binnedVm, binnedVmId, vmCloneRequest, vmExportRequest, vmImportRequest } from '../vm-copy.ts';
import { createVmRequest, vmAbilities, vmName } from '../vm-create.ts';
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
} from '../vm-disk.ts';
import { vmTemplate } from '../vm-template.ts';

import { base } from './base.ts';

/** Virtual machines with an operating system of their own. */
export const vmsCalls = {
  /** What the engine's host can do for them; looked up anew. */
  abilities: base.input(z.object({ engineId })).output(vmAbilities),
  /** Returns when the machine is there, or was switched on; goes on as a task when the caller goes away. Nothing is left of a failure. */
  create: base.input(createVmRequest).output(z.object({ machineId })),
};

export const guestCalls = {
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

/** The library of disks and discs that virtual machines are made of. */
export const guestImagesCalls = {
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

export const snapshotsCalls = {
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

/** Virtual machines as copies. Each is a task that goes on when the caller goes away. */
export const copiesCalls = {
  /** Stopped, with name, MAC address and host ports of its own. */
  clone: base.input(vmCloneRequest).output(z.object({ machineId })),
  /** Returns when the page, or the file, has all of it. */
  export: base.input(vmExportRequest).output(z.void()),
  import: base.input(vmImportRequest).output(z.object({ machineId })),
};

/** Virtual machines that were removed. */
export const binCalls = {
  list: base.output(z.array(binnedVm)),
  restore: base.input(z.object({ engineId, id: binnedVmId })).output(z.object({ machineId })),
  /** For good. */
  remove: base.input(z.object({ engineId, id: binnedVmId })).output(z.void()),
};

/** What virtual machines are made of. */
export const hardwareCalls = {
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

/** Guests that are kept for clones of virtual machines to go on from. */
export const vmTemplatesCalls = {
  list: base.input(z.object({ engineId })).output(z.array(vmTemplate)),
  /** Null: all. */
  remove: base.input(z.object({ engineId, keys: z.array(vmTemplate.shape.key).min(1).max(100).nullable() })).output(z.void()),
};

/** Screens of virtual machines. What is seen and typed goes over a channel of its own (display.ts). */
export const disksCalls = {
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

export const displaysCalls = {
  /** Of the machines that somebody looks at in a list, again when one has changed; takes none when nobody reads. Slow reader: fewer. */
  watchThumbnails: base.input(z.object({ ids: z.array(machineId).min(1).max(200) })).output(eventIterator(thumbnail)),
  /** What it shows now, in full size. */
  capture: base.input(z.object({ id: machineId })).output(picture),
  /** The same as a PNG file. */
  saveScreenshot: base.input(z.object({ id: machineId, transferId })).output(z.void()),
  clipboard: base.input(z.object({ id: machineId })).output(guestClipboard),
};
