import { constants, performServerHandshake, type ServerHttp2Stream } from 'node:http2';
import type { Duplex } from 'node:stream';

/** gRPC's own names of how a call ended. https://grpc.github.io/grpc/core/md_doc_statuscodes.html */
export const GRPC = { ok: 0, notFound: 5, unimplemented: 12, internal: 13 } as const;

const PREFIX_BYTES = 5;
/** Far above what BuildKit sends. */
const LONGEST_MESSAGE = 64 * 1024 * 1024;

/** One call that the peer makes: messages both ways until either side ends. */
export interface GrpcCall {
  /** `/package.Service/Method` */
  readonly path: string;
  /** All values of a metadata key, in their order. */
  metadata(name: string): string[];
  /** Resolves when there is room for more. */
  send(message: Uint8Array): Promise<void>;
  readonly messages: AsyncIterable<Uint8Array>;
}

export class GrpcFailure extends Error {
  override readonly name = 'GrpcFailure';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Serves gRPC on a connection whose other end calls. https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
 * Disposing closes the connection and waits for the handlers.
 */
export function serveGrpc(socket: Duplex, handle: (call: GrpcCall) => Promise<void>): AsyncDisposable {
  // Node asks for a net.Socket in its type only; any stream of bytes does.
  const session = performServerHandshake(socket as Parameters<typeof performServerHandshake>[0]);
  const running = new Set<Promise<void>>();
  session.on('error', () => socket.destroy());
  session.on('stream', (stream: ServerHttp2Stream, headers, _flags, rawHeaders: string[]) => {
    stream.on('error', () => {});
    const served = serve(stream, { path: String(headers[constants.HTTP2_HEADER_PATH]), rawHeaders }, handle).finally(() =>
      running.delete(served),
    );
    running.add(served);
  });
  return {
    async [Symbol.asyncDispose]() {
      session.destroy();
      socket.destroy();
      await Promise.allSettled(running);
    },
  };
}

async function serve(
  stream: ServerHttp2Stream,
  { path, rawHeaders }: { path: string; rawHeaders: string[] },
  handle: (call: GrpcCall) => Promise<void>,
): Promise<void> {
  let trailers: Record<string, string> = { 'grpc-status': String(GRPC.ok) };
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  /** Senders that wait for room: several files are sent at once. */
  const waiting: (() => void)[] = [];
  const wake = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  stream.on('drain', wake);
  stream.on('close', wake);
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  try {
    await handle({
      path,
      metadata: (name) => rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1] === name),
      async send(message) {
        const prefix = Buffer.alloc(PREFIX_BYTES);
        prefix.writeUInt32BE(message.length, 1);
        stream.write(prefix);
        if (!stream.write(message) && !stream.destroyed) await new Promise<void>((resolve) => waiting.push(resolve));
        if (stream.destroyed) throw new GrpcFailure(GRPC.internal, 'the call was ended');
      },
      messages: messagesOf(stream),
    });
  } catch (error) {
    const status = error instanceof GrpcFailure ? error.status : GRPC.internal;
    trailers = {
      'grpc-status': String(status),
      'grpc-message': encodeURIComponent(error instanceof Error ? error.message : String(error)),
    };
  }
  if (!stream.destroyed) stream.end();
}

async function* messagesOf(stream: ServerHttp2Stream): AsyncGenerator<Uint8Array, void> {
  let rest: Buffer = Buffer.alloc(0);
  // Whoever has heard enough may still have something to say.
  for await (const chunk of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    while (rest.length >= PREFIX_BYTES) {
      const length = rest.readUInt32BE(1);
      if (length > LONGEST_MESSAGE) throw new GrpcFailure(GRPC.internal, `a message of ${length} bytes is too long`);
      if (rest.length < PREFIX_BYTES + length) break;
      yield rest.subarray(PREFIX_BYTES, PREFIX_BYTES + length);
      rest = rest.subarray(PREFIX_BYTES + length);
    }
  }
}
