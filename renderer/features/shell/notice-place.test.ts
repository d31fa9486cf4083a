import { expect, test } from 'vitest';
import { type Engine, type Machine, machineId, type ProblemReason, toProblem } from '../../../backend/contract/index.ts';
import { placeOf } from './notice-place.ts';

const id = machineId.parse('qemu-local/web');
const machine = { id, engineId: 'qemu-local', vm: { guest: 'system', display: false } } as Machine;
const engineWith = (...facets: Engine['facets']) => ({ id: machine.engineId, facets }) as Engine;
const place = (reason: ProblemReason, { others = 0, of = id as Machine['id'] | null, engine = engineWith('disks') } = {}) =>
  placeOf(
    {
      problem: toProblem(reason),
      others,
      machineId: of,
    },
    { machines: new Map([[id, machine]]), engines: new Map([[engine.id, engine]]) },
  );

test('a disk is mended on the tab of the machine’s disks', () => {
  for (const reason of ['diskInUse', 'diskDamaged', 'diskBaseMissing', 'vmDiskFull'] as const) {
    expect(place(reason)).toEqual({ href: '/machines/qemu-local/web/disks', label: 'machine.showDisks' });
  }
});

test('one signs in at the registries', () => {
  expect(place('registryDenied', { of: null })).toEqual({ href: '/registries', label: 'registries.signIn' });
});

test('there is no place for several, for no machine, for one that is gone, and where there is no such tab', () => {
  expect(place('diskInUse', { others: 1 })).toBe(null);
  expect(place('diskInUse', { of: null })).toBe(null);
  expect(place('diskInUse', { of: machineId.parse('qemu-local/gone') })).toBe(null);
  expect(place('diskInUse', { engine: engineWith() })).toBe(null);
  expect(place('internal')).toBe(null);
});
