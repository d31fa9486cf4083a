import { randomBytes } from 'node:crypto';
import { AppError, type Clock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { BuildEvent, BuildSpec } from '../builds.ts';
import { BuildLines } from './build-lines.ts';
import { BuildMark } from './build-processes.ts';
import { buildFailure, buildQuery } from './build-request.ts';
import { type ExtraFile, packContext } from './context-tar.ts';
import type { EngineClient } from './engine-client.ts';
import { jsonLines } from './json-lines.ts';

interface BuildMessage {
  stream?: string;
  status?: string;
  error?: string;
  aux?: { ID?: string };
}

/**
 * Builds with Docker's classic builder, or with Podman's: one request that carries the whole context, and lines of text back.
 * @returns the image's own id
 */
export async function buildClassic(
  { client, host, clock, podman }: { client: EngineClient; host: Host; clock: Clock; podman: boolean },
  { spec, onEvent }: { spec: BuildSpec; onEvent: (event: BuildEvent) => void },
  signal: AbortSignal,
): Promise<string> {
  const mark = podman ? new BuildMark() : null;
  const { extra, query } = podman ? secretFiles(spec.secrets) : { extra: [], query: {} };
  const upload = packContext(
    spec.context,
    { extra, onBytes: (sentBytes, totalBytes) => onEvent({ type: 'context', sentBytes, totalBytes }) },
    signal,
  );
  const lines = new BuildLines(onEvent, clock.now);
  let imageId: string | undefined;
  try {
    const request = {
      method: 'POST',
      path: '/build',
      query: { ...buildQuery(spec), ...query, ...mark?.query },
      upload,
      refused: ({ message }: { message: string }) => buildFailure(client.engine, message, spec),
    } as const;
    const body = await client.stream(request, signal);
    try {
      for await (const batch of jsonLines<BuildMessage>(body)) {
        for (const { stream, error, aux } of batch) {
          if (stream !== undefined) lines.add(stream);
          // What a step prints may look like it; the builder's own line is the last.
          imageId = aux?.ID ?? /^Successfully built ([0-9a-f]{12,64})\s*$/.exec(stream ?? '')?.[1] ?? imageId;
          if (error === undefined) continue;
          lines.end(error);
          throw buildFailure(client.engine, error, spec);
        }
      }
    } catch (error) {
      throw client.translate(error, signal);
    }
  } catch (error) {
    if (signal.aborted) {
      await mark?.endProcesses({ host, clock });
      lines.cancel();
    }
    throw error;
  }
  lines.end(null);
  if (imageId === undefined) throw new AppError('buildFailed', { message: 'it ended without an image' });
  return imageId;
}

/**
 * Podman takes secrets as files of the context, and moves them out of it before it builds.
 * https://github.com/containers/podman/blob/v4.3.1/pkg/api/handlers/compat/images_build.go
 */
function secretFiles(secrets: Record<string, Uint8Array>): { extra: ExtraFile[]; query: { secrets?: string } } {
  const files = Object.entries(secrets).map(([id, content]) => ({
    id,
    name: `podman-build-secret-${randomBytes(12).toString('hex')}`,
    content,
  }));
  if (files.length === 0) return { extra: [], query: {} };
  return { extra: files, query: { secrets: JSON.stringify(files.map(({ id, name }) => `id=${id},src=${name}`)) } };
}
