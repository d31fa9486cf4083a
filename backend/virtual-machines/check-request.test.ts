import { expect, test } from 'vitest';
import { TEST_HARDWARE } from '../../testing/vm-hardware.ts';
import { createVmRequest, type VmHardware } from '../contract/index.ts';
import { checkRequest, withoutPlainPasswords } from './check-request.ts';

const REQUEST = createVmRequest.parse({
  engineId: 'qemu-local',
  name: 'web',
  cpus: 1,
  memoryBytes: 2 ** 30,
  hardware: TEST_HARDWARE,
  ports: [],
  disks: [{ source: { type: 'blank' }, bus: 'virtio', sizeBytes: 2 ** 30 }],
  cloudInit: null,
  autostart: false,
  start: false,
});
const { hardware } = REQUEST;

test('what cannot be together is refused, and what can is not', () => {
  expect(() => checkRequest(REQUEST)).not.toThrow();
  const wrong: [Partial<VmHardware>, string][] = [
    [{ machine: 'microvm', firmware: 'uefi' }, 'firmware: microvmBiosOnly'],
    [{ machine: 'microvm', display: 'std' }, 'display: microvmNoScreen'],
    [{ machine: 'virt' }, 'machine: machineUnlikeArchitecture'],
    [{ architecture: 'aarch64', machine: 'virt' }, 'firmware: firmwareUefiOnly'],
    [{ topology: { sockets: 1, cores: 1, threads: 1 }, maximumCpus: 2 }, 'topology: maximumUnlikeTopology'],
    [{ bootFrom: 'cdrom' }, 'bootFrom: noDrive'],
  ];
  for (const [one, told] of wrong) expect(() => checkRequest({ ...REQUEST, hardware: { ...hardware, ...one } })).toThrow(told);
  const microvm = { ...REQUEST, hardware: { ...hardware, machine: 'microvm' as const } };
  expect(() => checkRequest(microvm)).not.toThrow();
  const sata = [{ source: { type: 'blank' as const }, bus: 'sata' as const, sizeBytes: 2 ** 30 }];
  expect(() => checkRequest({ ...microvm, disks: sata })).toThrow('microvm has no SATA');
  expect(() => checkRequest({ ...REQUEST, disks: [] })).toThrow('nothing to boot from');
  expect(() => checkRequest({ ...REQUEST, disks: [], hardware: { ...hardware, bootFrom: 'network' } })).not.toThrow();
});

test('a text that cloud-init would not take is refused with its line, and no password is kept in plain text', () => {
  const userData = '#cloud-config\nhostname: a\nhostname: b\n';
  expect(() => checkRequest({ ...REQUEST, cloudInit: { userData, networkConfig: null } })).toThrow('line 3 of the user data');
  const kept = withoutPlainPasswords({ userData: '#cloud-config\npassword: secret\n', networkConfig: null });
  expect(kept.userData).toMatch(/^#cloud-config\npassword: \$6\$[./A-Za-z0-9]{16}\$[./A-Za-z0-9]{86}\n$/);
});
