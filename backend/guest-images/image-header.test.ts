import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary.ts';
import { AppError } from '../core/index.ts';
import { readImageHeader } from './image-header.ts';

async function formatOf(content: Buffer): Promise<string> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'image');
  await writeFile(path, content);
  return await readImageHeader(path, 'image').catch((error: unknown) => {
    if (error instanceof AppError) return `${error.reason}: ${error.problem.params.message ?? error.problem.params.other}`;
    throw error;
  });
}

/** Magic numbers over zeros. */
function image(size: number, ...marks: [offset: number, bytes: Buffer | string][]): Buffer {
  const content = Buffer.alloc(size);
  for (const [offset, bytes] of marks) content.set(Buffer.from(bytes as string), offset);
  return content;
}

const u32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
};
const QFI: [number, Buffer] = [0, Buffer.from('514649fb', 'hex')];
const V3: [number, Buffer] = [4, u32(3)];

test('tells formats by their content', async () => {
  expect(await formatOf(image(512, QFI, V3))).toBe('qcow2');
  expect(await formatOf(image(512, [0, 'KDMV'], [12, Buffer.from([1])]))).toBe('vmdk');
  expect(await formatOf(image(512, [0, 'vhdxfile']))).toBe('vhdx');
  expect(await formatOf(image(512, [64, Buffer.from('7f10dabe', 'hex')]))).toBe('vdi');
  expect(await formatOf(image(40_000, [32769, 'CD001'], [510, Buffer.from([0x55, 0xaa])]))).toBe('iso');
  expect(await formatOf(image(4096, [510, Buffer.from([0x55, 0xaa])]))).toBe('raw');
  expect(await formatOf(image(4096, [1080, Buffer.from([0x53, 0xef])]))).toBe('raw');
});

test('says what a file is that is no disk', async () => {
  expect(await formatOf(image(512, [0, Buffer.from('fd377a585a00', 'hex')]))).toContain('compressed with xz');
  expect(await formatOf(Buffer.from('<!doctype html>'))).toContain('neither a boot sector');
  expect(await formatOf(Buffer.alloc(0))).toContain('neither a boot sector');
  expect(await formatOf(image(60, QFI))).toContain('cut off');
  expect(await formatOf(image(512, QFI, [4, u32(1)]))).toContain('version 1');
  expect(await formatOf(image(512, QFI, V3, [32, u32(2)]))).toContain('encrypted');
});

test('takes no disc and no VDI that is shorter than it says', async () => {
  const u32le = (value: number) => u32(value).reverse();
  const disc = (blocks: number) => image(400 * 2048, [32769, 'CD001'], [32848, u32le(blocks)]);
  expect(await formatOf(disc(400))).toBe('iso');
  expect(await formatOf(disc(4000))).toBe('guestImageUnreadable: it is cut off');
  const vdi = (blocks: number) =>
    image(5000, [64, Buffer.from('7f10dabe', 'hex')], [0x158, u32le(1000)], [0x178, u32le(1000)], [0x184, u32le(blocks)]);
  expect(await formatOf(vdi(4))).toBe('vdi');
  expect(await formatOf(vdi(5))).toBe('guestImageUnreadable: it is cut off');
});

test('takes nothing that reads from other files', async () => {
  const name = '/etc/shadow';
  const backed = image(512, QFI, V3, [12, u32(200)], [16, u32(name.length)], [200, name]);
  expect(await formatOf(backed)).toBe('guestImageNeedsOthers: /etc/shadow');
  expect(await formatOf(image(512, QFI, V3, [76, u32(4)]))).toBe('guestImageNeedsOthers: a data file');
  const extents = '# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\nRW 4096 FLAT "/etc/shadow" 0\n';
  expect(await formatOf(Buffer.from(extents))).toBe('guestImageNeedsOthers: /etc/shadow');
  const inside = (text: string, capacity: number) =>
    image(2048, [0, 'KDMV'], [12, Buffer.from([capacity])], [28, Buffer.from([1])], [36, Buffer.from([2])], [512, text]);
  expect(await formatOf(inside(extents, 0))).toBe('guestImageNeedsOthers: /etc/shadow');
  expect(await formatOf(inside('parentCID=12ab\nparentFileNameHint="/root/key"\n', 8))).toBe('guestImageNeedsOthers: /root/key');
  expect(await formatOf(inside('parentCID=ffffffff\n', 8))).toBe('vmdk');
});

test('whatever bytes there are, the answer is a format or a problem', async () => {
  const magic = fc.constantFrom('514649fb', '4b444d56', '', Buffer.from('# Disk DescriptorFile\n').toString('hex'));
  await fc.assert(
    fc.asyncProperty(magic, fc.uint8Array({ maxLength: 700 }), async (start, rest) => {
      expect(await formatOf(Buffer.concat([Buffer.from(start, 'hex'), rest]))).toMatch(
        /^(qcow2|raw|vmdk|vhdx|vdi|iso|guestImage\w+: .*)$/s,
      );
    }),
    { numRuns: 200 },
  );
});
