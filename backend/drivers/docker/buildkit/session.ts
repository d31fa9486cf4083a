import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import type { BuildContext, ContextEntry } from '../../builds.ts';
import type { EngineClient } from '../engine-client.ts';
import { sendFolder } from './filesync.ts';
import { GRPC, type GrpcCall, GrpcFailure, serveGrpc } from './grpc.ts';
import { encodeMessage, fieldsOf, textOf } from './protobuf.ts';

const METHODS = {
  health: '/grpc.health.v1.Health/Check',
  sync: '/moby.filesync.v1.FileSync/DiffCopy',
  secret: '/moby.buildkit.secrets.v1.Secrets/GetSecret',
} as const;
const SERVING = 1;

/** The session that belongs to one build: the engine calls back over it for files and secrets. */
export interface BuildSession extends AsyncDisposable {
  readonly id: string;
}

/** What the engine may ask for during a build. */
export interface SessionParts {
  context: BuildContext;
  secrets: Record<string, Uint8Array>;
  onSent: (sentBytes: number, totalBytes: number) => void;
  /** Why a file could not be read: the engine only learns that it could not. */
  onFailure: (error: unknown) => void;
}

/**
 * Opens a session (`POST /session`): the connection becomes HTTP/2, on which the engine is the client.
 * https://github.com/moby/buildkit/blob/v0.8.3/session/grpc.go
 */
export async function openSession(client: EngineClient, parts: SessionParts, signal: AbortSignal): Promise<BuildSession> {
  const id = randomBytes(16).toString('hex');
  const headers = {
    Upgrade: 'h2c',
    'X-Docker-Expose-Session-Uuid': id,
    'X-Docker-Expose-Session-Name': 'catamaran',
    'X-Docker-Expose-Session-Sharedkey': parts.context.key,
    'X-Docker-Expose-Session-Grpc-Method': Object.values(METHODS),
  };
  const socket = await client.upgrade({ method: 'POST', path: '/session', headers }, signal);
  let sentBytes = 0;
  const onBytes = (count: number, { totalBytes }: { totalBytes: number }) => {
    sentBytes += count;
    parts.onSent(sentBytes, totalBytes);
  };
  const ended = new AbortController();
  const server = serveGrpc(socket, async (call) => {
    if (call.path === METHODS.health) return answer(call, encodeMessage([[1, SERVING]]));
    if (call.path === METHODS.secret) return answer(call, await secretFor(call, parts.secrets));
    if (call.path !== METHODS.sync) throw new GrpcFailure(GRPC.unimplemented, `${call.path} is not served`);
    const isContext = call.metadata('dir-name')[0] !== 'dockerfile';
    try {
      const folder = isContext ? parts.context : dockerfileFolder(parts.context);
      await sendFolder(call, folder, isContext ? onBytes : () => {}, ended.signal);
    } catch (error) {
      parts.onFailure(error);
      throw error;
    }
  });
  return {
    id,
    async [Symbol.asyncDispose]() {
      ended.abort();
      await server[Symbol.asyncDispose]();
    },
  };
}

async function answer(call: GrpcCall, message: Uint8Array): Promise<void> {
  await call.send(message);
}

async function secretFor(call: GrpcCall, secrets: Record<string, Uint8Array>): Promise<Uint8Array> {
  for await (const request of call.messages) {
    for (const { number, value } of fieldsOf(request)) {
      if (number !== 1) continue;
      const secret = Object.hasOwn(secrets, textOf(value)) ? secrets[textOf(value)] : undefined;
      if (secret !== undefined) return encodeMessage([[1, secret]]);
      throw new GrpcFailure(GRPC.notFound, `secret ${textOf(value)} not found`);
    }
  }
  throw new GrpcFailure(GRPC.notFound, 'no secret was asked for');
}

/** A folder with the Dockerfile alone, under the name that the build gives it: rules that ignore it must not hide it. */
function dockerfileFolder({ dockerfile }: BuildContext): { entries: ContextEntry[]; open: BuildContext['open'] } {
  const names = dockerfile.name.split('/');
  const entries = names.map((_, index): ContextEntry => {
    const isFile = index === names.length - 1;
    return {
      path: posix.join(...names.slice(0, index + 1)),
      kind: isFile ? 'file' : 'folder',
      mode: isFile ? 0o644 : 0o755,
      sizeBytes: isFile ? dockerfile.content.length : 0,
      // BuildKit keeps files of an earlier build whose size and time are the same: a Dockerfile is always sent.
      modifiedMs: Date.now(),
      linkTarget: '',
    };
  });
  return {
    entries,
    async *open() {
      yield dockerfile.content;
    },
  };
}
