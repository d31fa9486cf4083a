import { z } from 'zod';
import type { Problem } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { Environment } from './environment.ts';

const auth = z.looseObject({
  auth: z.string().optional(),
  identitytoken: z.string().optional(),
});

const proxy = z.looseObject({ httpProxy: z.string().optional(), httpsProxy: z.string().optional(), noProxy: z.string().optional() });

/** What is read here of Docker's `config.json` and Podman's `auth.json`; everything else in them is kept as it is. */
const configuration = z.looseObject({
  auths: z.record(z.string(), auth).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
  proxies: z.record(z.string(), proxy).optional(),
});
export type Configuration = z.infer<typeof configuration>;

export interface ClientConfig {
  path: string;
  content: Configuration;
}

/**
 * The files in which clients keep who is signed in, in the order in which they are asked: Docker's own, then Podman's.
 * https://docs.docker.com/reference/cli/docker/#docker-cli-configuration-file-configjson-properties,
 * https://github.com/containers/image/blob/main/docs/containers-auth.json.5.md
 */
export function clientConfigPaths(env: Environment): [docker: string, ...podman: string[]] {
  const podman = [
    env.REGISTRY_AUTH_FILE,
    env.XDG_RUNTIME_DIR && `${env.XDG_RUNTIME_DIR}/containers/auth.json`,
    `${env.XDG_CONFIG_HOME || `${env.HOME}/.config`}/containers/auth.json`,
  ];
  return [`${env.DOCKER_CONFIG || `${env.HOME}/.docker`}/config.json`, ...podman.filter((path): path is string => Boolean(path))];
}

/** Those that are there and can be read; what is wrong with the others. */
export async function readClientConfigs(
  host: Host,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<{ configs: ClientConfig[]; problems: Problem[] }> {
  const configs: ClientConfig[] = [];
  const problems: Problem[] = [];
  for (const path of paths) {
    try {
      const content = await readClientConfig(host, path, signal);
      if (content !== null) configs.push({ path, content });
    } catch (error) {
      if (!(error instanceof AppError) || signal.aborted) throw error;
      problems.push(error.problem);
    }
  }
  return { configs, problems };
}

/** Null when there is no such file. @throws AppError clientConfigUnreadable, fileDenied */
export async function readClientConfig(host: Host, path: string, signal: AbortSignal): Promise<Configuration | null> {
  if ((await host.stat(path, signal)) === null) return null;
  const text = (await host.readFile(path, signal)).toString();
  if (text.trim() === '') return {};
  // The words of a parser would quote the file, and with it what is secret in it.
  const parsed = configuration.safeParse(parseJson(text));
  if (!parsed.success) throw new AppError('clientConfigUnreadable', { path });
  return parsed.data;
}

/**
 * Changes one file: whole or not at all, 0600, indented as Docker's own client does, every other field as it was.
 * A link is followed: people keep this file elsewhere.
 */
export async function changeClientConfig(
  { host, path }: { host: Host; path: string },
  change: (content: Configuration) => Configuration,
  signal: AbortSignal,
): Promise<void> {
  const before = await readClientConfig(host, path, signal);
  const after = change(structuredClone(before ?? {}));
  await host.writeFile(await targetOf(host, path, signal), `${JSON.stringify(after, null, '\t')}\n`, { mode: 0o600 }, signal);
}

async function targetOf(host: Host, path: string, signal: AbortSignal): Promise<string> {
  const { exitCode, stdout } = await host.exec(['readlink', '-f', path], {}, signal);
  return (exitCode === 0 && stdout.toString().trim()) || path;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
