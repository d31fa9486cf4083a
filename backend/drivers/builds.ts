import type { BuildStepState, ImageId } from '../contract/index.ts';

/** One thing in a build context. Owners are never told: what is copied into an image belongs to root unless it says otherwise. */
export interface ContextEntry {
  /** Relative to the context, with `/`. */
  path: string;
  kind: 'file' | 'folder' | 'link';
  /** Permissions with setuid, setgid and sticky: the lower twelve bits. */
  mode: number;
  /** 0 for all but files. */
  sizeBytes: number;
  modifiedMs: number;
  /** Of a link, as it stands in it; empty otherwise. */
  linkTarget: string;
}

/** What a build may copy from. Files are read when they are asked for, so that nothing is held in memory. */
export interface BuildContext {
  /** All that no rule ignores: a folder before what is in it, names in the order of their bytes. */
  readonly entries: readonly ContextEntry[];
  /** The same for the same folder: BuildKit then asks only for what has changed. */
  readonly key: string;
  readonly dockerfile: { name: string; content: Uint8Array };
  /** Whether the rules let the Dockerfile, and .dockerignore, be copied: null when there is no such file. */
  readonly ignoreFile: { name: string; content: Uint8Array } | null;
  /** @throws AppError fileMissing, fileDenied, fileFailed */
  open(path: string, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

export interface BuildSpec {
  context: BuildContext;
  /** `repository:tag`; none for an image without a name. */
  tags: string[];
  args: Record<string, string>;
  /** A stage's name or number; null for the last one. */
  target: string | null;
  /** `linux/arm64`; null for the engine's own. */
  platform: string | null;
  noCache: boolean;
  /** Looks for newer base images even where one is there. */
  pull: boolean;
  labels: Record<string, string>;
  secrets: Record<string, Uint8Array>;
}

/** What a builder tells of one of its steps: again at every change. */
export interface BuilderStep {
  /** The builder's own, unique in the build. */
  id: string;
  /** Its stage as the builder calls it (`build`, `stage-1`, empty for the only one); null for work of no stage. */
  stage: string | null;
  /** Its place among the stage's steps, from 1; null for work of no stage. */
  position: number | null;
  name: string;
  state: BuildStepState;
  startedAtMs: number | null;
  completedAtMs: number | null;
  doneBytes: number | null;
  totalBytes: number | null;
  /** In the builder's words. */
  error: string | null;
}

export type BuildEvent =
  | { type: 'step'; step: BuilderStep }
  | { type: 'log'; stepId: string; timeMs: number; stream: 'stdout' | 'stderr'; bytes: Uint8Array }
  /** Bytes of the context that the engine has been given. */
  | { type: 'context'; sentBytes: number; totalBytes: number };

/** Of which instructions a builder makes steps: those that change files, or all; of the stages that are needed, or of all up to the target. */
export interface BuilderSteps {
  instructions: 'layers' | 'all';
  stages: 'needed' | 'all';
}

export interface BuildsFacet {
  readonly steps: BuilderSteps;
  /** Whether secrets can be mounted; where not, they would end in the image. */
  readonly secrets: boolean;
  /**
   * Returns when the image is there. Nothing half-made stays after a failure or an abort but the engine's own cache.
   * @throws AppError buildFailed, imageMissing, registryDenied, registryUnreachable
   */
  build(spec: BuildSpec, onEvent: (event: BuildEvent) => void, signal: AbortSignal): Promise<ImageId>;
}
