import { z } from 'zod';
import { engineId, imageId } from './ids.ts';
import { problem } from './problem.ts';

const imageName = z.string().min(1).max(500);

/** `os/architecture[/variant]`, as in the OCI image index. */
export const platform = z.string().regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/);

export const pullRequest = z.object({
  engineId,
  name: imageName,
  platform: platform.optional(),
  /** Every tag of the repository. */
  allTags: z.boolean().optional(),
});
export type ImagePullRequest = z.infer<typeof pullRequest>;

/** The image gets the name, and goes to the registry that the name leads to. */
export const pushRequest = z.object({ id: imageId, name: imageName });
export type ImagePushRequest = z.infer<typeof pushRequest>;

/** Host and, if it is not the usual one, port. Docker Hub is `docker.io`. */
export const registryName = z
  .string()
  .max(260)
  .regex(/^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9a-fA-F:]+\])(?::\d{1,5})?$/);

/** What is set for the embedded engine alone; other engines have files of their own for it. */
export const embeddedRegistry = z.object({
  registry: registryName,
  /** Spoken to without TLS, or without a check of its certificate. */
  insecure: z.boolean(),
  /** Asked before it; each may go on with a path (`cache.example/hub`). */
  mirrors: z.array(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.:_/-]*$/)).max(20),
});
export type EmbeddedRegistry = z.infer<typeof embeddedRegistry>;

/** Where credentials lie: in the file itself (base64, which hides nothing), or with a helper that the file names. */
export const credentialStore = z.object({
  /** `docker-credential-<helper>`; null is the file itself. */
  helper: z.string().nullable(),
  path: z.string(),
});
export type CredentialStore = z.infer<typeof credentialStore>;

export const registry = z.object({
  name: registryName,
  /** Null when nobody is signed in. */
  signedIn: z.object({ username: z.string().nullable(), store: credentialStore }).nullable(),
  /** Where a sign-in would be kept. */
  store: credentialStore,
  /** The engine does not check who answers there, or speaks without TLS. */
  insecure: z.boolean(),
  mirrors: z.array(z.string()),
  /** Proxy that the client's configuration gives to containers. */
});
export type Registry = z.infer<typeof registry>;

/** Passwords in addresses are masked. */
export const proxies = z.object({ http: z.string().nullable(), https: z.string().nullable(), none: z.string().nullable() });
export type Proxies = z.infer<typeof proxies>;

export const registryOverview = z.object({
  registries: z.array(registry),
  /** Ranges of addresses that the engine takes without TLS. */
  insecureRanges: z.array(z.string()),
  proxies: z.object({
    /** What pulls and pushes go through. */
    engine: proxies,
    /** The environment of the app, or of the user on that host. */
    environment: proxies,
    /** `proxies` of the client's configuration, by the engine that they are for (`default` for all): given to containers and builds. */
    client: z.array(z.object({ engine: z.string(), proxies })),
  }),
  /** Files that could not be read, helpers that are missing. */
  problems: z.array(problem),
});
export type RegistryOverview = z.infer<typeof registryOverview>;

export const signInRequest = z.object({
  engineId,
  registry: registryName,
  username: z.string().min(1).max(1000),
  password: z.string().min(1).max(100_000),
  /** Without a credential helper the password is kept in plain base64: only when this says so. */
  acceptPlain: z.boolean(),
});
export type SignInRequest = z.infer<typeof signInRequest>;

export const registryCheck = z.object({
  /** Null: it answers as a registry does. */
  problem: problem.nullable(),
  /** `open` lets anybody in, `signedIn` took the credentials, `signInNeeded` wants some. */
  access: z.enum(['open', 'signedIn', 'signInNeeded']).nullable(),
  ms: z.number(),
  /** It was spoken to without TLS, or its certificate was not checked. */
  insecure: z.boolean(),
});
export type RegistryCheck = z.infer<typeof registryCheck>;
