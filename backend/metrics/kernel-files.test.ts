import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findCgroups } from './cgroup-paths.ts';
import { parseBlkio, parseDiskstats, parseIoStat } from './disk-counters.ts';
import { parseNetDev } from './net-dev.ts';
import { splitHeads } from './remote-files.ts';
import { deviceKey, fieldAt, integerAfter, integerAt } from './scan.ts';

const ID = 'ab'.repeat(32);
const none: ReadonlySet<number> = new Set();
const text = (lines: string[]) => Buffer.from(`${lines.join('\n')}\n`);

test('every integer that a double holds exactly is read back, wherever it stands', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(Number.MAX_SAFE_INTEGER), { minLength: 1, maxLength: 12 }), fc.nat(20), (numbers, pick) => {
      const line = Buffer.from(`cpu  ${numbers.join(' ')}\nnext 1`);
      const index = pick % numbers.length;
      expect(integerAt(line, fieldAt(line, 0, line.length, index + 1), line.length)).toBe(numbers[index]);
      expect(integerAt(line, fieldAt(line, 0, line.length, numbers.length + 1), line.length)).toBeNaN();
    }),
  );
});

test('no digits, no number', () => {
  expect(integerAt(Buffer.from('max\n'), 0, 4)).toBeNaN();
  expect(integerAt(Buffer.from(''), 0, 0)).toBeNaN();
});

test('a key counts only within what was read, not in what an earlier file left behind it', () => {
  const bytes = Buffer.from('anon 5\nfile 7\nfile_mapped 8\n');
  expect(integerAfter(bytes, bytes.length, Buffer.from('\nfile '))).toBe(7);
  expect(integerAfter(bytes, 6, Buffer.from('\nfile '))).toBeNaN();
  expect(integerAfter(bytes, -1, Buffer.from('anon '))).toBeNaN();
});

test('network: all interfaces but lo, or those named', () => {
  const bytes = text([
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
    '    lo:    3193      29    0    0    0     0          0         0     3193      29    0    0    0     0       0          0',
    '  eth0: 784854591   19351    0    0    0     0          0         0  1268613   11021    0    0    0     0       0          0',
    'eth0.7:12 1 0 0 0 0 0 0 34 1 0 0 0 0 0 0',
  ]);
  expect(parseNetDev(bytes, bytes.length)).toEqual({ receivedBytes: 784854603, sentBytes: 1268647 });
  expect(parseNetDev(bytes, bytes.length, new Set(['eth0']))).toEqual({ receivedBytes: 784854591, sentBytes: 1268613 });
});

test('fixture, cgroup v2 io.stat: summed over disks, without what stands on them, in whatever order the keys come', () => {
  const bytes = text([
    '254:0 rbytes=1000 wbytes=200 rios=3 wios=4 dbytes=0 dios=0',
    '253:1 rbytes=1000 wbytes=200 rios=3 wios=4 dbytes=0 dios=0',
    '8:16 cost.usage=7 rbytes=24 wbytes=1',
    '8:32',
  ]);
  expect(parseIoStat(bytes, bytes.length, new Set([deviceKey(253, 1)]))).toEqual({ readBytes: 1024, writeBytes: 201 });
  expect(parseIoStat(bytes, 0, none)).toEqual({ readBytes: 0, writeBytes: 0 });
});

test('cgroup v1 blkio: reads and writes of every disk; a file that names no disk says nothing', () => {
  const bytes = text(['254:0 Read 100', '254:0 Write 7', '254:0 Sync 107', '254:0 Total 107', '8:0 Read 1', '8:0 Write 2', 'Total 110']);
  expect(parseBlkio(bytes, bytes.length, none)).toEqual({ readBytes: 101, writeBytes: 9 });
  const silent = text(['Total 0']);
  expect(parseBlkio(silent, silent.length, none)).toEqual({ readBytes: Number.NaN, writeBytes: Number.NaN });
});

test('diskstats: whole disks by name, in sectors of 512 bytes', () => {
  const bytes = text([
    '   7       0 loop0 5 0 900 0 5 0 900 0 0 0 0',
    ' 254       0 vda 46240 11233 3766818 11514 15770 47896 5002696 14429 0 7824 26363',
    ' 254       1 vda1 46240 11233 3766818 11514 15770 47896 5002696 14429 0 7824 26363',
  ]);
  expect(parseDiskstats(bytes, bytes.length, new Set(['vda']))).toEqual({ readBytes: 3766818 * 512, writeBytes: 5002696 * 512 });
});

test('cgroups v1: each controller in its own hierarchy', () => {
  const mountinfo = [
    '31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755',
    '32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime shared:9 - cgroup cgroup rw,cpu,cpuacct',
    '35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory',
    '41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw',
  ].join('\n');
  const cgroup = `4:cpu,cpuacct:/docker/${ID}\n3:memory:/docker/${ID}\n0::/docker/${ID}\n`;
  expect(findCgroups({ cgroup, ownCgroup: '0::/\n', mountinfo })).toEqual({
    cpuacct: { version: 1, path: `/sys/fs/cgroup/cpu,cpuacct/docker/${ID}` },
    memory: { version: 1, path: `/sys/fs/cgroup/memory/docker/${ID}` },
    blkio: { version: 2, path: `/sys/fs/cgroup/unified/docker/${ID}` },
    pids: { version: 2, path: `/sys/fs/cgroup/unified/docker/${ID}` },
  });
});

const V2_MOUNT = '30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate';

test('fixture, cgroup v2: the engine’s group, also where the first process sits deeper in it', () => {
  const of = (path: string) => findCgroups({ cgroup: `0::${path}\n`, ownCgroup: '0::/user.slice\n', mountinfo: V2_MOUNT }).memory?.path;
  expect(of(`/system.slice/docker-${ID}.scope`)).toBe(`/sys/fs/cgroup/system.slice/docker-${ID}.scope`);
  expect(of(`/system.slice/docker-${ID}.scope/init.scope`)).toBe(`/sys/fs/cgroup/system.slice/docker-${ID}.scope`);
  expect(of(`/user.slice/user-1000.slice/libpod-${ID}.scope/container`)).toBe(
    `/sys/fs/cgroup/user.slice/user-1000.slice/libpod-${ID}.scope`,
  );
  expect(of('/my group')).toBe('/sys/fs/cgroup/my group');
});

test('a group that counts others’ work too is not a machine’s own', () => {
  const of = (path: string) => findCgroups({ cgroup: `0::${path}\n`, ownCgroup: '0::/session\n', mountinfo: V2_MOUNT });
  expect(of('/')).toEqual({});
  expect(of('/session')).toEqual({});
  expect(of('/../elsewhere')).toEqual({});
});

test('a mount that shows a part of the hierarchy, under a path with a blank', () => {
  const mountinfo = '30 23 0:26 /docker/outer /a\\040b rw - cgroup2 cgroup2 rw';
  const of = (path: string) => findCgroups({ cgroup: `0::${path}\n`, ownCgroup: '0::/x\n', mountinfo }).pids?.path;
  expect(of('/docker/outer/inner')).toBe('/a b/inner');
  expect(of('/docker/other')).toBeUndefined();
});

test('what one command brought is taken apart by file, whatever the files hold', () => {
  const paths = ['/proc/uptime', '/a', '/missing', '/b', '/empty'];
  const output = Buffer.from('==> /proc/uptime <==\n12.34 5\n\n==> /a <==\n==> /x <==\ntext\n\n==> /b <==\nno line end\n==> /empty <==\n');
  const parts = splitHeads(output, paths);
  expect([...parts].map(([path, bytes]) => [path, bytes.toString()])).toEqual([
    ['/proc/uptime', '12.34 5\n'],
    ['/a', '==> /x <==\ntext\n'],
    ['/b', 'no line end'],
    ['/empty', ''],
  ]);
});
