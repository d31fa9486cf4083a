import { expect, test } from 'vitest';
import type { GuestFilesystem } from '../../../backend/contract/index.ts';
import { mountsOn } from './mounts-on.ts';

const filesystem = (mountPoint: string, disks: string[] | null): GuestFilesystem => ({
  device: 'vda1',
  mountPoint,
  type: 'ext4',
  usedBytes: null,
  totalBytes: null,
  disks,
});
const root = filesystem('/', ['root']);
const of = (...filesystems: GuestFilesystem[]) => mountsOn({ state: 'ready', filesystems }, 'data1');

test('what lies on a disk, also on more than one', () => {
  expect(of(root, filesystem('/srv', ['data1']), filesystem('/home', ['root', 'data1']))).toEqual(['/srv', '/home']);
  expect(of(root, filesystem('/snap', []))).toEqual([]);
});

test('nothing is claimed of what the agent does not tell', () => {
  expect(of(root, filesystem('/srv', null))).toBe(null);
  expect(of(filesystem('/srv', ['data1']), filesystem('/odd', null))).toEqual(['/srv']);
  expect(of()).toBe(null);
  expect(mountsOn({ state: 'absent', filesystems: [] }, 'data1')).toBe(null);
});
