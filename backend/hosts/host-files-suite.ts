import { once } from 'node:events';
import { appendFile, mkdir, readdir, readFile, rename, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { failureOf } from '../../testing/failures.ts';
import { type HostBed, never } from '../../testing/host-bed.ts';
import type { Host } from './host.ts';

/** Files, whole and followed. */
export function hostFilesSuite(bed: HostBed): void {
  describe(`${bed.name}: files`, () => {
    test('writes whole files, with their mode, in folders that it makes', async () => {
      const path = join(bed.folder, 'a', 'b', 'c.json');
      await bed.host.writeFile(path, 'one', {}, never);
      await bed.host.writeFile(path, new Uint8Array([1, 2, 3]), { mode: 0o755 }, never);
      expect(await bed.host.readFile(path, never)).toEqual(Buffer.from([1, 2, 3]));
      expect((await stat(path)).mode & 0o777).toBe(0o755);
      expect((await stat(join(bed.folder, 'a'))).mode & 0o777).toBe(0o700);
      expect(await readdir(join(bed.folder, 'a', 'b'))).toEqual(['c.json']);
    });

    test('a write that fails leaves nothing behind', async () => {
      await mkdir(join(bed.folder, 'target'));
      await writeFile(join(bed.folder, 'target', 'x'), '');
      await expect(bed.host.writeFile(join(bed.folder, 'target'), 'text', {}, never)).rejects.toThrow();
      expect(await readdir(bed.folder)).toEqual(['target']);
      expect(await readdir(join(bed.folder, 'target'))).toEqual(['x']);
    });

    test('what is not there: an error to read, null to list and to stat, nothing to remove', async () => {
      const path = join(bed.folder, 'none');
      expect((await failureOf(bed.host.readFile(path, never))).reason).toBe('fileMissing');
      expect(await bed.host.listFolder(path, never)).toBeNull();
      expect(await bed.host.stat(path, never)).toBeNull();
      await bed.host.remove(path, never);
      expect((await failureOf(bed.host.rename(path, `${path}2`, never))).reason).toBe('fileMissing');
    });

    test('tells files, folders and sockets apart, through links', async () => {
      await writeFile(join(bed.folder, 'f'), 'four');
      await symlink('f', join(bed.folder, 'l'));
      const server = createServer();
      await once(server.listen(join(bed.folder, 's')), 'listening');
      bed.stack.defer(() => new Promise<void>((resolve) => server.close(() => resolve())));
      expect(await bed.host.stat(join(bed.folder, 'l'), never)).toMatchObject({ kind: 'file', sizeBytes: 4 });
      expect(Math.abs(((await bed.host.stat(join(bed.folder, 'f'), never))?.modifiedMs ?? 0) - Date.now())).toBeLessThan(60_000);
      expect((await bed.host.stat(bed.folder, never))?.kind).toBe('folder');
      expect((await bed.host.stat(join(bed.folder, 's'), never))?.kind).toBe('socket');
      expect((await bed.host.stat('/dev/null', never))?.kind).toBe('other');
      expect((await bed.host.listFolder(bed.folder, never))?.sort()).toEqual(['f', 'l', 's']);
    });

    test('makes, renames over and removes whole trees, and leaves what links point to', async () => {
      await bed.host.makeFolder(join(bed.folder, 'tree', 'deep'), never);
      await bed.host.makeFolder(join(bed.folder, 'tree', 'deep'), never);
      await bed.host.writeFile(join(bed.folder, 'kept'), 'kept', {}, never);
      await symlink(join(bed.folder, 'kept'), join(bed.folder, 'tree', 'link'));
      await bed.host.writeFile(join(bed.folder, 'tree', 'deep', 'x'), 'x', {}, never);
      await bed.host.writeFile(join(bed.folder, 'new'), 'new', {}, never);
      await bed.host.rename(join(bed.folder, 'new'), join(bed.folder, 'kept'), never);
      await bed.host.copy(join(bed.folder, 'kept'), join(bed.folder, 'copied'), never);
      expect(await readFile(join(bed.folder, 'copied'), 'utf8')).toBe('new');
      await bed.host.remove(join(bed.folder, 'copied'), never);
      await bed.host.remove(join(bed.folder, 'tree'), never);
      expect(await readdir(bed.folder)).toEqual(['kept']);
      expect(await readFile(join(bed.folder, 'kept'), 'utf8')).toBe('new');
    });
  });

  describe(`${bed.name}: follow`, () => {
    test('an abort ends it while it is being opened, too', async () => {
      const over = new AbortController();
      const first = bed.host.follow(join(bed.folder, 'never-there'), 0, over.signal)[Symbol.asyncIterator]().next();
      over.abort();
      expect(await first).toMatchObject({ done: true });
    });

    test('reads from an offset, then what comes, until the abort', async () => {
      const path = join(bed.folder, 'log');
      await writeFile(path, 'skip|');
      const followed = follow(bed.host, path, 5);
      await appendFile(path, 'one|');
      await followed.until('one|');
      await appendFile(path, 'two|');
      await followed.until('one|two|');
      await followed.stop();
    });

    test('waits for a file, starts again when it is cut short or replaced', async () => {
      const path = join(bed.folder, 'log');
      const followed = follow(bed.host, path, 0);
      await writeFile(path, 'first|');
      await followed.until('first|');
      await truncate(path, 0);
      await appendFile(path, 'cut|');
      await followed.until('cut|');
      await writeFile(`${path}.new`, 'replaced, and longer|');
      await rename(`${path}.new`, path);
      await followed.until('replaced, and longer|');
      await followed.stop();
    });
  });
}

function follow(host: Host, path: string, offset: number) {
  const controller = new AbortController();
  let text = '';
  const reading = (async () => {
    for await (const chunk of host.follow(path, offset, controller.signal)) text += Buffer.from(chunk).toString();
  })();
  return {
    until: (end: string) => expect.poll(() => text).toSatisfy((seen: string) => seen.endsWith(end)),
    async stop() {
      controller.abort();
      await reading;
    },
  };
}
