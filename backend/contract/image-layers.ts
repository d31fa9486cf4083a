import { z } from 'zod';
import { imageId } from './ids.ts';

export const layerChange = z.enum(['added', 'changed', 'removed']);
export type LayerChange = z.infer<typeof layerChange>;

const tally = z.object({ files: z.int(), bytes: z.number() });

/** What one layer does to those below it. Folders are not counted. */
export const layerSummary = z.object({
  added: tally,
  changed: tally,
  /** `bytes` are what the files took below: they are hidden now, and stay on disk. */
  removed: tally,
  /** Of this layer's bytes, those that a later layer hides: they take space, and no machine sees them. */
  wastedBytes: z.number(),
});
export type LayerSummary = z.infer<typeof layerSummary>;

/** An image's files, layer by layer, lowest first. */
export const imageContents = z.object({ layers: z.array(layerSummary), wastedBytes: z.number() });
export type ImageContents = z.infer<typeof imageContents>;

export const layerEntry = z.object({
  /** Without a leading slash. */
  path: z.string(),
  name: z.string(),
  kind: z.enum(['file', 'folder', 'link', 'other']),
  /** Null for a folder that is only on the way to what has changed. */
  change: layerChange.nullable(),
  /** Of a folder: of all that this layer changes in it. Of what is removed: what it took below. */
  sizeBytes: z.number(),
  linkTarget: z.string().nullable(),
  /** The later layer (index) that changes or removes it again. */
  hiddenBy: z.int().nullable(),
  /** Of a folder: how many entries this layer changes in it, whatever the depth. */
  inside: z.int(),
});
export type LayerEntry = z.infer<typeof layerEntry>;

/** At most so many come with one answer. */
export const LAYER_PAGE = 1000;

export const layerPage = z.object({ entries: z.array(layerEntry), total: z.int() });
export type LayerPage = z.infer<typeof layerPage>;

const place = { id: imageId, layer: z.int().min(0), offset: z.int().min(0) };

/** What a layer changes directly in a folder (empty for the root), folders first. */
export const listLayerRequest = z.object({ ...place, folder: z.string().max(10_000) });
export type ListLayerRequest = z.infer<typeof listLayerRequest>;

/** What a layer changes, by a part of the path, by the kind of change, or only what is wasted; sorted by path. */
export const findInLayerRequest = z.object({
  ...place,
  text: z.string().max(1000),
  changes: z.array(layerChange),
  wastedOnly: z.boolean(),
});
export type FindInLayerRequest = z.infer<typeof findInLayerRequest>;
