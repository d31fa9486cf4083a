import type { ComposeTool } from '../contract/index.ts';
import { AppError } from '../core/index.ts';
import type { ComposeFacet } from '../drivers/compose.ts';
import type { Argv, Host } from '../hosts/host.ts';

export interface FoundTool extends ComposeTool {
  argv: Argv;
  /** podman-compose has fewer commands, and says of a failure only in its output. */
  flavor: 'docker' | 'podman';
}

/** The first of the engine's programs that is installed and answers; null when none is. */
export async function findTool(host: Host, { commands, env }: ComposeFacet, signal: AbortSignal): Promise<FoundTool | null> {
  for (const argv of commands) {
    try {
      const { exitCode, stdout, stderr } = await host.exec([...argv, 'version'], { env }, signal);
      const found = exitCode === 0 ? readVersion(`${stdout.toString()}\n${stderr}`) : null;
      if (found !== null) return { command: argv.join(' '), argv, ...found };
    } catch (error) {
      if (signal.aborted || !(error instanceof AppError) || error.reason !== 'commandMissing') throw error;
    }
  }
  return null;
}

/** `Docker Compose version v2.20.2`, `docker-compose version 1.29.2, build …`, `podman-composer version  1.0.3`. */
export function readVersion(words: string): Pick<FoundTool, 'version' | 'flavor'> | null {
  const podman = /podman-compose\w? version:?\s+v?(\d[\w.+-]*)/i.exec(words)?.[1];
  if (podman !== undefined) return { version: podman, flavor: 'podman' };
  const docker = /compose version:?\s+v?(\d[\w.+-]*)/i.exec(words)?.[1];
  return docker === undefined ? null : { version: docker, flavor: 'docker' };
}
