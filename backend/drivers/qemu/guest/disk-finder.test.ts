import { expect, test } from 'vitest';
import { diskFinder } from './disk-finder.ts';

/** As QEMU 7.2 answers `query-pci`, shortened: a disk on the first bus, one in a port, a port with nothing in it, and a seed. */
const PCI = [
  {
    bus: 0,
    devices: [
      { bus: 0, slot: 0, function: 0, qdev_id: '' },
      { bus: 0, slot: 2, function: 0, qdev_id: 'disk-root' },
      { bus: 0, slot: 3, function: 0, qdev_id: 'seed' },
      {
        bus: 0,
        slot: 4,
        function: 0,
        qdev_id: 'port-data1',
        pci_bridge: { bus: { number: 0, secondary: 1 }, devices: [{ bus: 1, slot: 0, function: 0, qdev_id: 'disk-data1' }] },
      },
      { bus: 0, slot: 5, function: 0, qdev_id: 'port-data2', pci_bridge: { bus: { number: 0, secondary: 2 } } },
    ],
  },
];

test('a disk is found by where it is plugged in', () => {
  const find = diskFinder({
    disks: [
      { id: 'root', bus: 'virtio' },
      { id: 'disk1', bus: 'sata' },
      { id: 'data1', bus: 'virtio' },
    ],
    pci: PCI,
  });
  const virtio = (bus: number, slot: number) => find({ busType: 'virtio', unit: -1, pci: { bus, slot, function: 0 } });
  expect(virtio(0, 2)).toEqual(['root']);
  expect(virtio(1, 0)).toEqual(['data1']);
  expect(virtio(0, 3)).toEqual([]);
  expect(virtio(2, 0)).toBe(null);
  expect(virtio(-1, -1)).toBe(null);
  const sata = (unit: number) => find({ busType: 'sata', unit, pci: { bus: 0, slot: 31, function: 2 } });
  expect(sata(0)).toEqual(['disk1']);
  expect(sata(5)).toEqual([]);
});

test('where there is no PCI, nothing is known', () => {
  expect(
    diskFinder({ disks: [{ id: 'root', bus: 'virtio' }], pci: [] })({
      busType: 'virtio',
      unit: -1,
      pci: { bus: -1, slot: -1, function: -1 },
    }),
  ).toBe(null);
});
