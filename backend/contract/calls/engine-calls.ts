import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { fileChange, fileListing, fileName, filePath, filePlace, fileView } from '../file.ts';
import { engineId, machineId, networkId, podId, volumeId } from '../ids.ts';
import { connectRequest, createNetworkRequest } from '../network.ts';
import { podAction, podMemberRequest, podRequest } from '../pod.ts';
import { problem } from '../problem.ts';
import { composeFile, composeTool, stackCommand, stackDefinition, stackName, stackProject, stackRef, stackRun } from '../stack.ts';
import { transferId } from '../transfer.ts';
import { volumeName, volumeRequest, volumeSize } from '../volume.ts';

import { base } from './base.ts';

export const networksCalls = {
  create: base.input(createNetworkRequest).output(z.object({ networkId })),
  remove: base.input(z.object({ id: networkId })).output(z.void()),
  connect: base.input(connectRequest).output(z.void()),
  disconnect: base.input(z.object({ id: networkId, machineId })).output(z.void()),
};

export const filesCalls = {
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

export const volumesCalls = {
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

/** Stacks of Compose. Those that run are in the inventory (`groupStacks`); here is what their labels do not say. */
export const stacksCalls = {
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

export const podsCalls = {
  /** Empty, and not started. */
  create: base.input(podRequest).output(z.object({ podId })),
  addContainer: base.input(podMemberRequest).output(z.object({ machineId })),
  /** On all of its containers. `remove` removes them with it, running or not. */
  act: base.input(z.object({ id: podId, action: podAction })).output(z.void()),
};
