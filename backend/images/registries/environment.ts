import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';

const NAMES = [
  'HOME',
  'DOCKER_CONFIG',
  'REGISTRY_AUTH_FILE',
  'XDG_RUNTIME_DIR',
  'XDG_CONFIG_HOME',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
] as const;
export type Environment = Partial<Record<(typeof NAMES)[number], string>> & { HOME: string };

/** The part of a user's environment on a host that decides about registries; nothing else of it is kept. */
export async function readEnvironment(host: Host, signal: AbortSignal): Promise<Environment> {
  const { exitCode, stdout, stderr } = await host.exec(['env', '-0'], {}, signal);
  if (exitCode !== 0) throw new AppError('commandFailed', { command: 'env', exitCode, message: stderr.trim() });
  const found: Partial<Environment> = {};
  for (const line of stdout.toString().split('\0')) {
    const equals = line.indexOf('=');
    const name = NAMES.find((one) => one === line.slice(0, equals));
    if (name !== undefined) found[name] = line.slice(equals + 1);
  }
  return { ...found, HOME: found.HOME || '/root' };
}
