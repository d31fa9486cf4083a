import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Trouble {
  digest: string;
  bytes: number;
  kind: 'hold' | 'refuse';
}

/**
 * Stands before a registry and sees what it serves; can hold a blob back, or break off in the middle of it, as a network does.
 */
export interface RegistryDoor extends AsyncDisposable {
  readonly address: string;
  /** Digests of the blobs that were asked for since `forget`. */
  readonly served: string[];
  forget(): void;
  /** Breaks the connections on which nothing more comes. */
  cut(): void;
  /**
   * Of the blob with this digest the first `bytes` are given; then nothing more comes (`hold`). `refuse`: it is denied at once.
   */
  trouble: Trouble | null;
}

export async function openRegistryDoor(registry: string): Promise<RegistryDoor> {
  const [host = '', port = ''] = registry.split(':');
  const served: string[] = [];
  const held = new Set<ServerResponse>();
  const server = createServer((asked, answer) => {
    const digest = /\/blobs\/(sha256:[0-9a-f]{64})/.exec(asked.url ?? '')?.[1];
    const isBlob = asked.method === 'GET' && digest !== undefined;
    if (isBlob) served.push(digest);
    if (isBlob && door.trouble?.digest === digest && door.trouble.kind === 'refuse') {
      answer.writeHead(403, { 'Content-Type': 'application/json' });
      answer.end(JSON.stringify({ errors: [{ code: 'DENIED', message: 'not for you' }] }));
      return;
    }
    const passed = request({ host, port, method: asked.method, path: asked.url, headers: asked.headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      if (isBlob && door.trouble?.digest === digest) {
        held.add(answer);
        giveSome(response, answer, door.trouble.bytes);
      } else response.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    asked.pipe(passed);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const door: RegistryDoor = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    served,
    trouble: null,
    forget: () => served.splice(0),
    cut() {
      for (const answer of held) answer.destroy();
      held.clear();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return door;
}

function giveSome(response: IncomingMessage, answer: ServerResponse, bytes: number): void {
  let left = bytes;
  response.on('data', (chunk: Buffer) => {
    if (left > 0) answer.write(chunk.subarray(0, left));
    left -= chunk.length;
  });
}
