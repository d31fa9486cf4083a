import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCommand } from './guest.ts';
import { mountsOf, parseMountinfo, rootOf } from './mounts.ts';
import { capabilitiesOf, decodeCapabilities, innerPid, parseIdMap, parseNamespaces, parseStatus, securityOf } from './process-status.ts';

const STATUS = [
  'Name:\tsleep',
  'Uid:\t0\t0\t0\t0',
  'NSpid:\t30233\t1',
  'CapInh:\t0000000000000000',
  'CapPrm:\t00000000a80425fb',
  'CapEff:\t00000000a80425fb',
  'CapBnd:\t00000000a80425fb',
  'CapAmb:\t0000000000000000',
  'NoNewPrivs:\t1',
  'Seccomp:\t2',
  'Seccomp_filters:\t1',
].join('\n');

test('fixture: the capabilities that engines leave by default', () => {
  const { effective, bounding, dropped, ambient } = capabilitiesOf(parseStatus(STATUS), 40);
  expect(effective).toEqual(bounding);
  expect(bounding).toEqual([
    'CHOWN',
    'DAC_OVERRIDE',
    'FOWNER',
    'FSETID',
    'KILL',
    'SETGID',
    'SETUID',
    'SETPCAP',
    'NET_BIND_SERVICE',
    'NET_RAW',
    'SYS_CHROOT',
    'MKNOD',
    'AUDIT_WRITE',
    'SETFCAP',
  ]);
  expect(dropped).toHaveLength(41 - 14);
  expect(dropped).toContain('SYS_ADMIN');
  expect(ambient).toEqual([]);
});

test('a kernel that knows fewer capabilities drops fewer; one that knows more has them by number', () => {
  expect(capabilitiesOf(parseStatus('CapBnd:\t0000000000000000'), 37).dropped).toHaveLength(38);
  expect(decodeCapabilities('0000020000000001')).toEqual(['CHOWN', 'capability 41']);
});

test('every set of capabilities comes back as it was put in', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(40)), (bits) => {
      const hex = bits.reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n).toString(16);
      expect(decodeCapabilities(hex)).toHaveLength(bits.length);
    }),
  );
});

test('seccomp, no new privileges, label and inner number', () => {
  expect(securityOf(parseStatus(STATUS), 'docker-default (enforce)\n')).toEqual({
    seccomp: 'filter',
    seccompFilters: 1,
    noNewPrivileges: true,
    label: 'docker-default (enforce)',
  });
  expect(securityOf(parseStatus('Name:\tx'), null)).toEqual({ seccomp: null, seccompFilters: null, noNewPrivileges: null, label: null });
  expect(securityOf(parseStatus(STATUS), '\0').label).toBeNull();
  expect(innerPid(parseStatus(STATUS))).toBe(1);
  expect(innerPid(parseStatus('Name:\tx'))).toBeNull();
});

test('a process cannot name itself into another line', () => {
  // The kernel writes a line end in a name as two letters.
  const status = parseStatus(`Name:\tx\\nCapEff:\tffffffffffffffff\n${STATUS.split('\n').slice(1).join('\n')}\nCapEff:\tffff`);
  expect(status.get('CapEff')).toBe('00000000a80425fb');
});

test('id maps: the whole range, a part of it, and nothing', () => {
  expect(parseIdMap('         0          0 4294967295\n')).toEqual([{ inside: 0, outside: 0, count: 4294967295 }]);
  expect(parseIdMap('0 100000 65536\n65536 1000 1\n')).toHaveLength(2);
  expect(parseIdMap('')).toEqual([]);
  expect(parseIdMap('1 2\nx y z\n1 2 3 4')).toEqual([]);
});

test('namespaces name themselves; what may not be read is missing', () => {
  expect([...parseNamespaces('mnt:[4026532546]\npid:[4026532549]\n')]).toEqual([
    ['mnt', '4026532546'],
    ['pid', '4026532549'],
  ]);
});

const HOST = [
  '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard',
  '22 27 0:21 / /proc rw,relatime - proc proc rw',
  '48 27 254:0 /run/netns /run/netns rw,relatime shared:3 - ext4 /dev/vda rw',
  '60 27 8:1 / /data rw,relatime - ext4 /dev/sda1 rw',
  '47 42 0:74 / /var/lib/docker/overlay2/5a/merged rw,relatime shared:2 - overlay overlay rw,lowerdir=/l',
].join('\n');
const MACHINE = [
  '203 94 0:74 / / ro,relatime master:7 - overlay overlay rw,lowerdir=/o/l/A:/o/l/B\\134:C,upperdir=/o/5a\\054x/diff,workdir=/o/5a/work,uuid=on',
  '204 203 0:77 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw',
  '206 203 0:79 / /sys ro,nosuid - sysfs sysfs ro',
  '209 203 254:0 /tmp/x/resolv.conf /etc/resolv.conf rw,relatime shared:8 master:3 propagate_from:2 - ext4 /dev/vda rw',
  '210 203 8:1 /my\\040files\\012- /mnt/my\\040files rw,relatime unbindable - ext4 /dev/sda1 ro',
  '211 203 254:0 /run/netns/a /netns rw - ext4 /dev/vda rw',
].join('\n');

test('fixture: what is mounted, whose it is, where it is on the host', () => {
  const rows = mountsOf(parseMountinfo(MACHINE), parseMountinfo(HOST));
  expect(
    rows.map(({ mountPoint, origin, hostPath, readOnly, propagation }) => [mountPoint, origin, hostPath, readOnly, propagation]),
  ).toEqual([
    ['/', 'root', '/var/lib/docker/overlay2/5a/merged', true, 'slave'],
    ['/proc', 'own', null, false, 'private'],
    ['/sys', 'own', null, true, 'private'],
    ['/etc/resolv.conf', 'host', '/tmp/x/resolv.conf', false, 'shared'],
    ['/mnt/my files', 'host', '/data/my files\n-', true, 'unbindable'],
    ['/netns', 'host', '/run/netns/a', false, 'private'],
  ]);
});

test('fixture: the layers of an overlay, with commas and colons in their names', () => {
  expect(rootOf(parseMountinfo(MACHINE))).toEqual({
    type: 'overlay',
    source: 'overlay',
    readOnly: true,
    overlay: { lower: ['/o/l/A', '/o/l/B:C'], upper: '/o/5a,x/diff' },
  });
  expect(rootOf(parseMountinfo(HOST))?.overlay).toBeNull();
  expect(rootOf([])).toBeNull();
});

test('nothing that a file holds breaks a parser', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 400 }), (text) => {
      mountsOf(parseMountinfo(text), parseMountinfo(`${HOST}\n${text}`));
      capabilitiesOf(parseStatus(text), null);
      parseIdMap(text);
      parseNamespaces(text);
    }),
  );
});

test('QEMU’s command says how thick the hull is', () => {
  const argv = ['qemu', '-M', 'microvm,rtc=on', '-accel', 'tcg,tb-size=128', '-cpu', 'qemu64', '-sandbox', 'on,obsolete=deny'];
  expect(readCommand([...argv, '-device', 'virtio-blk-device,id=disk', '-device', '{"driver":"virtio-net-pci"}', ''])).toEqual({
    machineType: 'microvm',
    accelerator: 'tcg',
    cpuModel: 'qemu64',
    sandbox: 'on,obsolete=deny',
    devices: ['virtio-blk-device', 'virtio-net-pci'],
  });
  expect(readCommand(['qemu', '-device', '{'])).toMatchObject({ accelerator: null, sandbox: null, devices: ['{'] });
});
