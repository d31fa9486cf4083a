import fc from 'fast-check';
import { expect, test } from 'vitest';
import { discOf } from './iso9660.ts';
import { seedDisc } from './seed.ts';

const SECTOR = 2048;

/** Reads a disc as ECMA-119 says, by whichever of its two trees. */
function readDisc(disc: Buffer, tree: 'primary' | 'joliet'): { volume: string; files: Map<string, Buffer> } {
  const at = (tree === 'primary' ? 16 : 17) * SECTOR;
  const decode = (bytes: Buffer) => (tree === 'joliet' ? Buffer.from(bytes).swap16().toString('utf16le') : bytes.toString('ascii'));
  const folder = disc.readUInt32BE(at + 156 + 6) * SECTOR;
  const end = folder + disc.readUInt32BE(at + 156 + 14);
  const files = new Map<string, Buffer>();
  for (let offset = folder; offset < end && disc[offset] !== 0; offset += disc[offset] ?? 0) {
    const id = disc.subarray(offset + 33, offset + 33 + (disc[offset + 32] ?? 0));
    const [start, bytes] = [disc.readUInt32LE(offset + 2) * SECTOR, disc.readUInt32LE(offset + 10)];
    if (id.length > 1) files.set(decode(id), disc.subarray(start, start + bytes));
  }
  return { volume: decode(disc.subarray(at + 40, at + 72)).trimEnd(), files };
}

test('every file is on the disc, by its own name and by a plain one', () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,30}$/);
  const file = fc.record({ name, content: fc.uint8Array({ maxLength: 5000 }) });
  const files = fc.uniqueArray(file, { maxLength: 12, selector: (one) => one.name });
  fc.assert(
    fc.property(files, (written) => {
      const disc = discOf('cidata', written);
      expect(disc.length % SECTOR).toBe(0);
      expect(disc.readUInt32LE(16 * SECTOR + 80)).toBe(disc.length / SECTOR);
      const joliet = readDisc(disc, 'joliet');
      expect(joliet.volume).toBe('cidata');
      expect(new Map([...joliet.files].map(([id, content]) => [id, Buffer.from(content)]))).toEqual(
        new Map(written.map((one) => [`${one.name};1`, Buffer.from(one.content)])),
      );
      const plain = readDisc(disc, 'primary');
      expect(plain.volume).toBe('cidata');
      expect([...plain.files.values()].map((content) => content.toString('hex')).sort()).toEqual(
        written.map((one) => Buffer.from(one.content).toString('hex')).sort(),
      );
      expect(disc.equals(discOf('cidata', written))).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('names that no disc holds are refused', () => {
  const content = new Uint8Array();
  for (const name of ['', 'a/b', 'a;1', 'é', 'x'.repeat(65)]) expect(() => discOf('a', [{ name, content }])).toThrow(RangeError);
  expect(() => discOf('a', Array(2).fill({ name: 'a', content }))).toThrow('one name');
  const many = Array.from({ length: 60 }, (_, at) => ({ name: `file-${at}`, content }));
  expect(() => discOf('a', many)).toThrow('so many names');
});

test('a seed has what cloud-init looks for, with Unix line ends', () => {
  const disc = seedDisc({ userData: '#!/bin/sh\r\necho\r\n', networkConfig: null }, { instanceId: 'a1', name: 'My_web.1' });
  const { files } = readDisc(disc, 'joliet');
  expect([...files].map(([name, content]) => [name, content.toString()])).toEqual([
    ['meta-data;1', 'instance-id: "a1"\nlocal-hostname: "my-web-1"\n'],
    ['user-data;1', '#!/bin/sh\necho\n'],
  ]);
  const withNetwork = seedDisc({ userData: '', networkConfig: 'version: 2\n' }, { instanceId: 'a1', name: 'a' });
  expect(readDisc(withNetwork, 'joliet').files.get('network-config;1')?.toString()).toBe('version: 2\n');
});
