import { z } from 'zod';
import { engineId, imageId, taskId } from './ids.ts';
import { problem } from './problem.ts';
import { transferId } from './transfer.ts';

/** A tar archive that the page sends: of a folder that was dropped on it. It is kept until the build has ended. */
export const buildUpload = z.object({ type: z.literal('upload'), transferId, name: z.string().min(1).max(255), sizeBytes: z.number() });
export type BuildUpload = z.infer<typeof buildUpload>;

/** Where a build's files are: in a folder of the computer that Catamaran's backend runs on, or with the page. */
const buildSource = z.discriminatedUnion('type', [z.object({ type: z.literal('folder'), path: z.string().min(1).max(4096) }), buildUpload]);

const name = z.string().min(1).max(255);
const value = z.string().max(100_000);

const buildOptions = z.object({
  /** Relative to the context. */
  dockerfile: z.string().min(1).max(1024),
  tags: z.array(z.string().min(1).max(500)).max(20),
  args: z.record(name, value),
  /** A stage's name or number; null for the last one. */
  target: z.string().min(1).max(255).nullable(),
  /** `linux/arm64`; null for the engine's own. */
  platform: z
    .string()
    .regex(/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9.]+)?$/)
    .nullable(),
  noCache: z.boolean(),
  /** Looks for newer base images even where one is there. */
  pull: z.boolean(),
  labels: z.record(name, value),
  /** By id; what they hold is given to the builder and kept nowhere else. A file is one of the backend's computer. */
  secrets: z.array(
    z.object({
      id: z.string().regex(/^[A-Za-z0-9_.-]{1,100}$/),
      from: z.discriminatedUnion('type', [
        z.object({ type: z.literal('text'), text: value }),
        z.object({ type: z.literal('file'), path: z.string().min(1).max(4096) }),
      ]),
    }),
  ),
});
export const buildRequest = buildOptions.extend({ engineId, source: buildSource });
export type BuildRequest = z.infer<typeof buildRequest>;

/** `cached`: nothing had to be done, an equal step was done before. `cancelled`: it ran when the build ended. */
export const buildStepState = z.enum(['waiting', 'running', 'cached', 'done', 'failed', 'cancelled']);
export type BuildStepState = z.infer<typeof buildStepState>;

export const buildStep = z.object({
  /** Unique in the build. */
  id: z.string(),
  /** Index in `stages`; null for the builder's own work (reading the context, writing the image). */
  stage: z.int().nullable(),
  /** The instruction, or what the builder calls its own work. */
  name: z.string(),
  /** In the Dockerfile, counted from 1; null where none is known. */
  line: z.int().nullable(),
  state: buildStepState,
  startedAtMs: z.number().nullable(),
  completedAtMs: z.number().nullable(),
  /** Of what it pulls or sends; null where nothing is counted. */
  doneBytes: z.number().nullable(),
  totalBytes: z.number().nullable(),
  /** In the builder's words. */
  error: z.string().nullable(),
  hasLog: z.boolean(),
});
export type BuildStep = z.infer<typeof buildStep>;

export const buildStage = z.object({
  index: z.int(),
  /** Its name, or null. */
  name: z.string().nullable(),
  /** The image or stage that it begins with. */
  from: z.string(),
  /** Indexes of the stages that it waits for, and why: it begins with them, or copies from them. */
  needs: z.array(z.object({ stage: z.int(), how: z.enum(['base', 'copy']) })),
});
export type BuildStage = z.infer<typeof buildStage>;

/** `preparing`: its files are read or received. */
const buildState = z.enum(['preparing', 'running', 'done', 'failed', 'cancelled']);

export const build = z.object({
  /** Also the id of its task. */
  id: taskId,
  engineId,
  source: z.object({ type: z.enum(['folder', 'upload']), name: z.string(), path: z.string().nullable() }),
  /** As they were asked for, without what the secrets hold. */
  options: buildOptions.omit({ secrets: true }).extend({ secretIds: z.array(z.string()) }),
  state: buildState,
  startedAtMs: z.number(),
  endedAtMs: z.number().nullable(),
  imageId: imageId.nullable(),
  problem: problem.nullable(),
  /** The step that failed, when it was one. */
  failedStep: z.string().nullable(),
  dockerfile: z.string().nullable(),
  stages: z.array(buildStage),
  steps: z.array(buildStep),
  /** Bytes of the context given to the engine. */
  sentBytes: z.number(),
});
export type Build = z.infer<typeof build>;

/** For lists. */
export const buildSummary = build
  .pick({ id: true, engineId: true, source: true, state: true, startedAtMs: true, endedAtMs: true, imageId: true, problem: true })
  .extend({ tags: z.array(z.string()), steps: z.int(), cached: z.int() });
export type BuildSummary = z.infer<typeof buildSummary>;

/** What not every engine can do in a build. */
export const buildAbilities = z.object({ secrets: z.boolean() });
export type BuildAbilities = z.infer<typeof buildAbilities>;

/** What a form shows of a folder that is to be built. */
export const contextPreview = z.object({
  path: z.string(),
  /** Files beside each other that look like Dockerfiles. */
  dockerfiles: z.array(z.string()),
  /** Of the one that was asked for; null when it is not there. */
  dockerfile: z.string().nullable(),
  files: z.int(),
  sizeBytes: z.number(),
});
export type ContextPreview = z.infer<typeof contextPreview>;

export const folderListing = z.object({
  path: z.string(),
  /** Null at the root. */
  parent: z.string().nullable(),
  folders: z.array(z.object({ name: z.string(), path: z.string() })),
  hasDockerfile: z.boolean(),
});
export type FolderListing = z.infer<typeof folderListing>;
