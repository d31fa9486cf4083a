import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../testing/failures.ts';
import { type HostBed, never } from '../../testing/host-bed.ts';
import { TEST_PORTS } from '../../testing/test-ports.ts';

/** Sockets and ports. */
export function hostSocketsSuite(bed: HostBed): void {
  describe(`${bed.name}: sockets`, () => {
    test('dials unix and tcp sockets', async () => {
      for (const target of [{ unixPath: join(bed.folder, 's') }, { address: '127.0.0.1', port: 0 }]) {
        const server = createServer((socket) => socket.pipe(socket));
        await once('unixPath' in target ? server.listen(target.unixPath) : server.listen(0, '127.0.0.1'), 'listening');
        bed.stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
        const there = 'unixPath' in target ? target : { ...target, port: (server.address() as AddressInfo).port };
        const socket = await bed.host.dial(there, never);
        socket.write('ahoy');
        expect(String((await once(socket, 'data'))[0])).toBe('ahoy');
        socket.end();
        await once(socket, 'close');
      }
    });

    test('each side may end first, and nothing that was sent is lost', async () => {
      const size = 3_000_000;
      const received = Promise.withResolvers<number>();
      const server = createServer({ allowHalfOpen: true }, async (socket) => {
        received.resolve((await buffer(socket)).length);
        socket.end(Buffer.alloc(size));
      });
      await once(server.listen(join(bed.folder, 's')), 'listening');
      bed.stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
      const socket = await bed.host.dial({ unixPath: join(bed.folder, 's') }, never);
      const answer = buffer(socket);
      socket.end(Buffer.alloc(size));
      expect(await received.promise).toBe(size);
      expect((await answer).length).toBe(size);
    });

    test('a connection that is destroyed is over on both sides', async () => {
      const server = createServer((socket) => socket.on('error', () => {}).resume());
      await once(server.listen(join(bed.folder, 's')), 'listening');
      const socket = await bed.host.dial({ unixPath: join(bed.folder, 's') }, never);
      socket.destroy();
      await once(socket, 'close');
      // Ends only when all of its connections have ended.
      await new Promise<void>((resolve) => server.close(() => resolve()));
    });

    test('a socket that nobody listens at is unreachable', async () => {
      expect((await failureOf(bed.host.dial({ unixPath: join(bed.folder, 'no') }, never))).code).toBe('unreachable');
      const port = await bed.host.freePort(TEST_PORTS, never);
      expect((await failureOf(bed.host.dial({ address: '127.0.0.1', port }, never))).code).toBe('unreachable');
    });

    test('a free port is one that is not taken, and not given twice', async () => {
      const server = createServer((socket) => socket.destroy());
      await once(server.listen(0, '127.0.0.1'), 'listening');
      bed.stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
      const { port } = server.address() as AddressInfo;
      const [a, b] = await Promise.all([bed.host.freePort(port, never), bed.host.freePort(port, never)]);
      expect(a).toBeGreaterThan(port);
      expect(b).not.toBe(a);
    });
  });
}
