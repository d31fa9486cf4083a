import type { CredentialStore, Problem, Registry } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Credentials } from '../../drivers/registries.ts';
import type { Host } from '../../hosts/host.ts';
import {
  type ClientConfig,
  type Configuration,
  changeClientConfig,
  clientConfigPaths,
  readClientConfig,
  readClientConfigs,
} from './client-config.ts';
import { credentialHelper } from './credential-helper.ts';
import type { Environment } from './environment.ts';
import { keyOfRegistry, registryOfKey, scopesOf } from './registry-names.ts';

type SignIn = { registry: string; signedIn: NonNullable<Registry['signedIn']> };

/** Who is signed in where, in the clients' own files and helpers; there is none of our own. */
export interface CredentialStores {
  /** For an image's name without its tag, or for a registry. Null when nobody is signed in. @throws AppError credentialHelper… */
  find(name: string, signal: AbortSignal): Promise<Credentials | null>;
  /** With what is wrong with files and helpers, and where a sign-in would be kept. */
  list(signal: AbortSignal): Promise<{ signIns: SignIn[]; problems: Problem[]; storeFor: (registry: string) => CredentialStore }>;
  /** Where a sign-in would be kept. */
  storeFor(registry: string, signal: AbortSignal): Promise<CredentialStore>;
  /** @throws AppError credentialsPlain when they would lie in the file in plain base64 and that was not accepted */
  keep(registry: string, options: { credentials: Credentials; acceptPlain: boolean }, signal: AbortSignal): Promise<void>;
  /** From every file and helper that has them. */
  forget(registry: string, signal: AbortSignal): Promise<void>;
}

export function credentialStores(host: Host, env: Environment): CredentialStores {
  const paths = clientConfigPaths(env);
  const [docker] = paths;

  async function inHelper(config: ClientConfig, signal: AbortSignal): Promise<{ signIns: SignIn[]; problems: Problem[] }> {
    const { path, content } = config;
    const signIns: SignIn[] = [];
    const problems: Problem[] = [];
    const attempt = async (work: () => Promise<void>) => {
      try {
        await work();
      } catch (error) {
        if (!(error instanceof AppError) || signal.aborted) throw error;
        problems.push(error.problem);
      }
    };
    for (const [key, helper] of Object.entries(content.credHelpers ?? {})) {
      await attempt(async () => {
        const registry = registryOfKey(key);
        const found = await credentialHelper(host, helper).get(registry, signal);
        if (found === null) return;
        signIns.push({ registry, signedIn: { username: found.isToken ? null : found.username, store: { helper, path } } });
      });
    }
    const { credsStore: helper } = content;
    if (helper) {
      await attempt(async () => {
        for (const [key, username] of Object.entries(await credentialHelper(host, helper).list(signal))) {
          // Docker keeps tokens of its own beside the sign-ins.
          if (/\/(?:access|refresh)-token$/.test(key)) continue;
          signIns.push({ registry: registryOfKey(key), signedIn: { username, store: { helper, path } } });
        }
      });
    }
    return { signIns, problems };
  }

  return {
    async find(name, signal) {
      const { configs } = await readClientConfigs(host, paths, signal);
      for (const { content } of configs) {
        for (const scope of scopesOf(name)) {
          const helper = helperFor(content, scope);
          const found = helper === null ? null : await credentialHelper(host, helper).get(scope, signal);
          const credentials = found ?? inFile(content, scope);
          if (credentials !== null) return credentials;
        }
      }
      return null;
    },

    async list(signal) {
      const { configs, problems } = await readClientConfigs(host, paths, signal);
      const all = new Map<string, SignIn>();
      for (const config of configs) {
        const helped = await inHelper(config, signal);
        problems.push(...helped.problems);
        for (const signIn of [...helped.signIns, ...inFiles(config)]) {
          if (!all.has(signIn.registry)) all.set(signIn.registry, signIn);
        }
      }
      const own = configs.find(({ path }) => path === docker)?.content ?? {};
      return { signIns: [...all.values()], problems, storeFor: (registry) => ({ helper: helperFor(own, registry), path: docker }) };
    },

    async storeFor(registry, signal) {
      return { helper: helperFor((await readClientConfig(host, docker, signal)) ?? {}, registry), path: docker };
    },

    async keep(registry, { credentials, acceptPlain }, signal) {
      const helper = helperFor((await readClientConfig(host, docker, signal)) ?? {}, registry);
      if (helper === null && !acceptPlain) throw new AppError('credentialsPlain', { path: docker });
      if (helper !== null) await credentialHelper(host, helper).store(registry, credentials, signal);
      // With a helper the entry says no more than that there is one, as Docker's own client leaves it.
      const entry = helper === null ? toEntry(credentials) : {};
      const write = (content: Configuration) => ({
        ...content,
        auths: { ...withoutRegistry(content.auths ?? {}, registry), [keyOfRegistry(registry)]: entry },
      });
      await changeClientConfig({ host, path: docker }, write, signal);
    },

    async forget(registry, signal) {
      const { configs } = await readClientConfigs(host, paths, signal);
      for (const { path, content } of configs) {
        const helper = helperFor(content, registry);
        if (helper !== null && (await credentialHelper(host, helper).get(registry, signal)) !== null) {
          await credentialHelper(host, helper).erase(registry, signal);
        }
        const { auths = {} } = content;
        const left = withoutRegistry(auths, registry);
        if (Object.keys(left).length === Object.keys(auths).length) continue;
        const write = (now: Configuration) => ({ ...now, auths: withoutRegistry(now.auths ?? {}, registry) });
        await changeClientConfig({ host, path }, write, signal);
      }
    },
  };
}

/** A registry's own helper, or that of all. */
function helperFor({ credHelpers = {}, credsStore }: Configuration, registry: string): string | null {
  const own = Object.entries(credHelpers).find(([key]) => registryOfKey(key) === registry)?.[1];
  return own ?? (credsStore || null);
}

function inFile({ auths = {} }: Configuration, scope: string): Credentials | null {
  const entry = Object.entries(auths).find(([key]) => registryOfKey(key) === scope)?.[1];
  return entry === undefined ? null : fromEntry(entry);
}

function inFiles({ path, content }: ClientConfig): SignIn[] {
  return Object.entries(content.auths ?? {}).flatMap(([key, entry]) => {
    const credentials = fromEntry(entry);
    if (credentials === null) return [];
    const username = credentials.username || null;
    return [{ registry: registryOfKey(key), signedIn: { username, store: { helper: null, path } } }];
  });
}

/** `auth` is base64 of `user:password`; the password may hold colons. */
function fromEntry({ auth = '', identitytoken }: NonNullable<Configuration['auths']>[string]): Credentials | null {
  const pair = Buffer.from(auth, 'base64').toString().replace(/\0+$/, '');
  const colon = pair.indexOf(':');
  const username = colon < 0 ? '' : pair.slice(0, colon);
  if (identitytoken) return { username, secret: identitytoken, isToken: true };
  return colon <= 0 ? null : { username, secret: pair.slice(colon + 1), isToken: false };
}

function toEntry({ username, secret, isToken }: Credentials): { auth?: string; identitytoken?: string } {
  if (isToken) return { identitytoken: secret };
  return { auth: Buffer.from(`${username}:${secret}`).toString('base64') };
}

function withoutRegistry<T>(auths: Record<string, T>, registry: string): Record<string, T> {
  return Object.fromEntries(Object.entries(auths).filter(([key]) => registryOfKey(key) !== registry));
}
