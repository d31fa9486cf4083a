import { randomUUID } from 'node:crypto';
import { AppError } from '../../../core/index.ts';
import type { BuildEvent, BuilderStep, BuildSpec } from '../../builds.ts';
import { buildFailure, buildQuery } from '../build-request.ts';
import type { EngineClient } from '../engine-client.ts';
import { jsonLines } from '../json-lines.ts';
import { openSession } from './session.ts';
import { decodeStatus, type Vertex, type VertexStatus } from './trace.ts';

interface BuildMessage {
  id?: string;
  aux?: unknown;
  error?: string;
}

/** Builds with BuildKit inside of Docker (20.10 and later). @returns the image's own id */
export async function buildWithBuildKit(
  client: EngineClient,
  { spec, onEvent }: { spec: BuildSpec; onEvent: (event: BuildEvent) => void },
  signal: AbortSignal,
): Promise<string> {
  let readFailure: unknown;
  await using session = await openSession(
    client,
    {
      context: spec.context,
      secrets: spec.secrets,
      onSent: (sentBytes, totalBytes) => onEvent({ type: 'context', sentBytes, totalBytes }),
      onFailure: (error) => {
        readFailure ??= error;
      },
    },
    signal,
  );
  const buildId = randomUUID();
  const query = { ...buildQuery(spec), version: 2, session: session.id, buildid: buildId, remote: 'client-session' };
  const graph = new BuildGraph(onEvent);
  let imageId: string | undefined;
  try {
    const body = await client.stream(
      { method: 'POST', path: '/build', query, refused: ({ message }: { message: string }) => buildFailure(client.engine, message, spec) },
      signal,
    );
    try {
      for await (const batch of jsonLines<BuildMessage>(body)) {
        for (const { id, aux, error } of batch) {
          if (error !== undefined) throw buildFailure(client.engine, error, spec);
          if (id === 'moby.buildkit.trace') graph.add(decodeStatus(Buffer.from(String(aux), 'base64')));
          else if (id === 'moby.image.id') imageId = (aux as { ID?: string }).ID;
        }
      }
    } catch (error) {
      throw client.translate(error, signal);
    }
  } catch (error) {
    if (signal.aborted) await cancelBuild(client, buildId);
    else if (readFailure instanceof AppError) throw readFailure;
    throw error;
  }
  if (imageId === undefined) throw new AppError('buildFailed', { message: 'it ended without an image' });
  return imageId;
}

/** The engine also notices that nobody listens any more; asked for, it stops at once. */
async function cancelBuild(client: EngineClient, buildId: string): Promise<void> {
  await client.call({ method: 'POST', path: '/build/cancel', query: { id: buildId } }, AbortSignal.timeout(5_000)).catch(() => {});
}

/** `[build 2/4] RUN make` */
const STAGE_NAME = /^\[(?:(?<stage>\S+) +)?(?<position>\d+)\/\d+\] +(?<name>.*)$/s;

/** What has been told of each vertex, so that every event carries the whole step. */
class BuildGraph {
  readonly #onEvent: (event: BuildEvent) => void;
  readonly #steps = new Map<string, BuilderStep>();
  readonly #statuses = new Map<string, Map<string, VertexStatus>>();

  constructor(onEvent: (event: BuildEvent) => void) {
    this.#onEvent = onEvent;
  }

  add({ vertexes, statuses, logs }: ReturnType<typeof decodeStatus>): void {
    const changed = new Set<string>();
    for (const vertex of vertexes) {
      this.#steps.set(vertex.digest, toStep(vertex, this.#steps.get(vertex.digest)));
      changed.add(vertex.digest);
    }
    for (const status of statuses) {
      const known = this.#statuses.get(status.vertex) ?? new Map<string, VertexStatus>();
      known.set(status.id, status);
      this.#statuses.set(status.vertex, known);
      const step = this.#steps.get(status.vertex);
      if (step === undefined) continue;
      const counted = [...known.values()].filter(({ total }) => total > 0);
      step.doneBytes = counted.length === 0 ? null : counted.reduce((sum, { current }) => sum + current, 0);
      step.totalBytes = counted.length === 0 ? null : counted.reduce((sum, { total }) => sum + total, 0);
      changed.add(status.vertex);
    }
    for (const digest of changed) {
      const step = this.#steps.get(digest);
      if (step !== undefined) this.#onEvent({ type: 'step', step: { ...step } });
    }
    for (const { vertex, timeMs, stream, message } of logs) {
      this.#onEvent({ type: 'log', stepId: vertex, timeMs: timeMs ?? 0, stream: stream === 2 ? 'stderr' : 'stdout', bytes: message });
    }
  }
}

function toStep(vertex: Vertex, before: BuilderStep | undefined): BuilderStep {
  const named = STAGE_NAME.exec(vertex.name)?.groups;
  return {
    id: vertex.digest,
    stage: named === undefined ? null : (named.stage ?? ''),
    position: named === undefined ? null : Number(named.position),
    name: named?.name ?? vertex.name.replace(/^\[internal\] /, ''),
    state: stateOf(vertex),
    startedAtMs: vertex.startedAtMs,
    completedAtMs: vertex.completedAtMs,
    doneBytes: before?.doneBytes ?? null,
    totalBytes: before?.totalBytes ?? null,
    error: vertex.error === '' ? null : vertex.error,
  };
}

function stateOf({ cached, startedAtMs, completedAtMs, error }: Vertex): BuilderStep['state'] {
  // What is under way when the build fails elsewhere is told as an error, too.
  if (error !== '') return /context canceled|^rpc error: code = Canceled/.test(error) ? 'cancelled' : 'failed';
  if (cached) return 'cached';
  if (completedAtMs !== null) return 'done';
  return startedAtMs === null ? 'waiting' : 'running';
}
