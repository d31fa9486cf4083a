import { z } from 'zod';
import { engineId, imageId, machineId } from './ids.ts';
import { transferId } from './transfer.ts';

/**
 * A layer as the engine keeps it. Two images of one engine share it when they have the same layers up to and with this one;
 * the chain id says so. https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid
 */
export const imageLayer = z.object({ chainId: z.string(), sizeBytes: z.number() });
export type ImageLayer = z.infer<typeof imageLayer>;

export const image = z.object({
  id: imageId,
  engineId,
  /** `repository:tag`; empty for a dangling image. */
  names: z.array(z.string()),
  createdAtMs: z.number().nullable(),
  /** The sum of its layers, shared ones included. */
  sizeBytes: z.number(),
  /** Lowest first. An image whose layers the engine cannot tell counts as one of its own. */
  layers: z.array(imageLayer),
  architecture: z.string().nullable(),
  /** Built by Catamaran itself from the machine's own busybox. */
  starter: z.boolean(),
});
export type Image = z.infer<typeof image>;

/** One step of how an image was made. */
export const imageStep = z.object({
  /** The instruction, as the builder wrote it down. */
  createdBy: z.string(),
  comment: z.string(),
  createdAtMs: z.number().nullable(),
  /** The layer that it made (index, lowest 0); null for a step that only changed the configuration. */
  layer: z.int().nullable(),
});
export type ImageStep = z.infer<typeof imageStep>;

/** Everything that an image says of itself. */
export const imageDetails = z.object({
  id: imageId,
  names: z.array(z.string()),
  /** `repository@sha256:…`, as registries know it. */
  digests: z.array(z.string()),
  createdAtMs: z.number().nullable(),
  author: z.string(),
  os: z.string(),
  architecture: z.string(),
  entrypoint: z.array(z.string()),
  command: z.array(z.string()),
  /** `KEY=value` */
  env: z.array(z.string()),
  workingDir: z.string(),
  user: z.string(),
  /** `80/tcp` */
  exposedPorts: z.array(z.string()),
  volumes: z.array(z.string()),
  labels: z.record(z.string(), z.string()),
  stopSignal: z.string().nullable(),
  healthCheck: z.array(z.string()),
  /** Lowest first. */
  layers: z.array(imageLayer.extend({ diffId: z.string() })),
  /** Oldest first. Empty when the image carries no history. */
  steps: z.array(imageStep),
});
export type ImageDetails = z.infer<typeof imageDetails>;

/** Instructions that are written over a new image's configuration: `CMD ["/bin/sh"]`, `ENV A=b`. */
const imageChanges = z.array(z.string().min(1).max(10_000)).max(100);
const imageName = z.string().max(500);

/** The bytes come over a transfer (transfer.ts); the name is what the file is called where it comes from. */
const sentFile = { engineId, transferId, fileName: z.string().max(1000), sizeBytes: z.number().nullable() };

export const saveImagesRequest = z.object({ ids: z.array(imageId).min(1).max(500), transferId });
export type SaveImagesRequest = z.infer<typeof saveImagesRequest>;

export const loadImagesRequest = z.object(sentFile);
export type LoadImagesRequest = z.infer<typeof loadImagesRequest>;

export const importImageRequest = z.object({ ...sentFile, name: imageName, message: z.string().max(10_000), changes: imageChanges });
export type ImportImageRequest = z.infer<typeof importImageRequest>;

export const commitRequest = z.object({
  machineId,
  /** Empty leaves the image nameless. */
  name: imageName,
  comment: z.string().max(10_000),
  author: z.string().max(1000),
  /** Freezes the machine while it is read, so that no file is caught half-written. */
  pause: z.boolean(),
  changes: imageChanges,
});
export type CommitRequest = z.infer<typeof commitRequest>;
