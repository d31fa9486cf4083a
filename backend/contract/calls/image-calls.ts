import { eventIterator } from '@orpc/contract';
import { z } from 'zod';
import { build, buildAbilities, buildRequest, buildSummary, buildUpload, contextPreview, folderListing } from '../build.ts';
import { engineId, imageId, taskId } from '../ids.ts';
import { commitRequest, imageDetails, importImageRequest, loadImagesRequest, saveImagesRequest } from '../image.ts';
import { findInLayerRequest, imageContents, layerPage, listLayerRequest } from '../image-layers.ts';
import {
  imagePackage,
  listScannersRequest,
  packagesRequest,
  saveSbomRequest,
  scanner,
  vulnerabilitiesRequest,
  vulnerability,
} from '../image-scan.ts';
import { logLine } from '../machine.ts';
import { pullRequest, pushRequest, registryCheck, registryName, registryOverview, signInRequest } from '../registry.ts';

import { base } from './base.ts';

export const imagesCalls = {
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

export const imageLayersCalls = {
  /** Reads all of an image's files, as a task, unless they are known; returns when it is done. */
  read: base.input(z.object({ id: imageId })).output(imageContents),
  list: base.input(listLayerRequest).output(layerPage),
  find: base.input(findInLayerRequest).output(layerPage),
};

export const imageScansCalls = {
  /** Those that are installed on the engine's host. */
  scanners: base.input(listScannersRequest).output(z.array(scanner)),
  packages: base.input(packagesRequest).output(z.array(imagePackage)),
  vulnerabilities: base.input(vulnerabilitiesRequest).output(z.array(vulnerability)),
  /** The packages as a CycloneDX document. */
  saveSbom: base.input(saveSbomRequest).output(z.void()),
};

export const registriesCalls = {
  /** The registries that are known on the engine's host: signed in to, or named by the engine. */
  list: base.input(z.object({ engineId })).output(registryOverview),
  /** Asks the registry itself, from the engine's host. */
  check: base.input(z.object({ engineId, registry: registryName })).output(registryCheck),
  signIn: base.input(signInRequest).output(z.void()),
  signOut: base.input(z.object({ engineId, registry: registryName })).output(z.void()),
};

export const buildsCalls = {
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
