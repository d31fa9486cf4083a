import { expect, test } from 'vitest';
import { type GuestImage, guestImageId, type Task, taskId } from '../../../backend/contract/index.ts';
import { guestImageMatches, nameFrom, rowsOf, sortGuestImages } from './list-guest-images.ts';

const image = (id: string, more: Partial<GuestImage> = {}): GuestImage => ({
  id: guestImageId.parse(id),
  name: id,
  kind: 'disk',
  architecture: 'x86_64',
  osName: null,
  defaultUser: null,
  firmware: null,
  cloudInit: null,
  guestAgent: null,
  minimumMemoryBytes: null,
  minimumDiskBytes: null,
  origin: { type: 'file', path: '/a' },
  checksum: null,
  state: 'ready',
  taskId: null,
  problem: null,
  sizeBytes: 1,
  virtualBytes: 1,
  path: null,
  addedAtMs: 0,
  usedBy: [],
  ...more,
});

test('rows stay the same until their image or its task changes', () => {
  const id = taskId.parse(crypto.randomUUID());
  const task = { id, progress: 0.1 } as Task;
  const images = [image('a'), image('b', { taskId: id, state: 'preparing' })];
  const first = rowsOf({ images, tasks: [task], before: [] });
  expect(first[1]?.task).toBe(task);
  const second = rowsOf({ images, tasks: [{ ...task, progress: 0.2 }], before: first });
  expect(second[0]).toBe(first[0]);
  expect(second[1]?.task?.progress).toBe(0.2);
});

test('finds by every word, sorts versions as numbers', () => {
  const rows = rowsOf({ images: [image('debian-12'), image('debian-9', { usedBy: ['web'] })], tasks: [], before: [] });
  expect(rows.filter((row) => guestImageMatches(row, 'web x86')).map((row) => row.image.name)).toEqual(['debian-9']);
  const sorted = sortGuestImages(rows, { column: 'name', direction: 'ascending' });
  expect(sorted.map((row) => row.image.name)).toEqual(['debian-9', 'debian-12']);
});

test('proposes a name from a path or an address', () => {
  expect(nameFrom('/srv/images/Win 11.vhdx')).toBe('Win 11');
  expect(nameFrom('https://example.org/a/debian-13.qcow2?raw=1')).toBe('raw=1');
  expect(nameFrom('https://example.org/a/debian-13.qcow2')).toBe('debian-13');
  expect(nameFrom('')).toBe('');
});
