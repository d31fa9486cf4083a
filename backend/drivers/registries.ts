import type { ImageId, TaskPart } from '../contract/index.ts';

/** Who somebody is for a registry. Never logged, never part of a problem. */
export interface Credentials {
  username: string;
  /** The password, or a token where the registry gave one in its place. */
  secret: string;
  /** `secret` is an identity token (OAuth 2 refresh token), as credential helpers write with the user name `<token>`. */
  isToken: boolean;
}

/** A layer on its way; its rate is the concern of who watches it. */
export type TransferPart = Omit<TaskPart, 'bytesPerSecond'>;

export interface TransferProgress {
  /** What the engine does right now, in its own words. */
  step: string | null;
  parts: TransferPart[];
}

/** A layer as its registry knows it (`digest`, of what is sent) and as an image names it (`diffId`, of what is in it). */
export interface RegistryLayer {
  digest: string;
  diffId: string;
}

export interface PullRequest {
  name: string;
  /** `linux/arm64`; null is the engine's own. */
  platform: string | null;
  /** Every tag of the repository; the name's own tag does not count then. */
  allTags: boolean;
  credentials: Credentials | null;
  /** Asks the registry for the layers of the image, bottom first; null when it cannot tell. Not asked unless it helps. */
  layers: (signal: AbortSignal) => Promise<RegistryLayer[] | null>;
}

export interface PushRequest {
  id: ImageId;
  /** The image gets this name first, if it has not got it. */
  name: string;
  credentials: Credentials | null;
}

/** What an engine says of the registries and proxies that it uses. */
export interface RegistryConfiguration {
  /** Host, or a range of addresses (`127.0.0.0/8`), that is spoken to without TLS or whose certificate is not checked. */
  insecure: string[];
  /** Of each registry the places that are asked first. */
  mirrors: { registry: string; mirrors: string[] }[];
  proxies: { http: string | null; https: string | null; none: string | null };
}

/** Failures are told apart the same way for all of them: registryAway, registrySlow, registryWrong, registryRefused, registryTls… */
export interface RegistriesFacet {
  /** The image's id; null for all tags, which have many. Repeated after a failure it fetches what is missing. @throws AppError imageMissing, registry… */
  pull(request: PullRequest, onProgress: (progress: TransferProgress) => void, signal: AbortSignal): Promise<ImageId | null>;
  push(request: PushRequest, onProgress: (progress: TransferProgress) => void, signal: AbortSignal): Promise<void>;
  configuration(signal: AbortSignal): Promise<RegistryConfiguration>;
}
