import { describe, expect, test } from 'vitest';
import {
  APP_SUBJECT,
  type Host,
  hostSubject,
  type Machine,
  METRICS,
  type Metric,
  type MetricSubject,
  machineSubject,
} from '../../../backend/contract/index.ts';
import { MetricsWindow, WINDOW_SLOTS } from '../../stores/metrics.ts';
import { HostShares } from './host-shares.ts';
import { hullTotals, pairMachines } from './pair-machines.ts';

const make = (kind: Machine['kind'], name: string, over: Partial<Machine> = {}) =>
  ({ id: `${kind}-engine/${name}`, kind, name, state: 'running', twinId: null, createdAtMs: 0, startTiming: null, ...over }) as Machine;
const twin = (id: string) => id as Machine['twinId'];

describe('the two hulls', () => {
  test('twins stand opposite each other and come first; single ones fill each side, newest first', () => {
    const pairs = pairMachines([
      make('container', 'old', { createdAtMs: 1 }),
      make('container', 'new', { createdAtMs: 5 }),
      make('vm', 'alone', { createdAtMs: 3 }),
      make('vm', 'twin-vm', { createdAtMs: 2, twinId: twin('t') }),
      make('container', 'twin', { createdAtMs: 2, twinId: twin('t') }),
    ]);
    expect(pairs.map(({ container, vm, tied }) => [container?.name, vm?.name, tied])).toEqual([
      ['twin', 'twin-vm', true],
      ['new', 'alone', false],
      ['old', undefined, false],
    ]);
  });

  test('a twin whose other half is gone stands alone, and nobody is shown twice', () => {
    const machines = [make('container', 'left', { twinId: twin('t') }), make('vm', 'right', { twinId: twin('u') })];
    const pairs = pairMachines(machines);
    expect(pairs).toHaveLength(1);
    expect(pairs[0]?.tied).toBe(false);
    const shown = pairs.flatMap(({ container, vm }) => [container, vm]).filter((machine) => machine !== null);
    expect(new Set(shown).size).toBe(machines.length);
  });

  test('the median of the starts leaves out the making of disks and what has not started', () => {
    const timing = (runningMs: number | null, preparationMs = 0) => ({ requestedAtMs: 0, runningMs, firstOutputMs: null, preparationMs });
    const machines = [
      make('vm', 'a', { startTiming: timing(3000, 2000) }),
      make('vm', 'b', { startTiming: timing(1200) }),
      make('vm', 'c', { startTiming: timing(null), state: 'starting' }),
    ];
    expect(hullTotals(machines)).toEqual({ total: 3, running: 2, startMedianMs: 1100 });
    expect(hullTotals([]).startMedianMs).toBeNull();
  });
});

describe('who uses the host', () => {
  const host = { id: 'local' } as Host;
  const container = make('container', 'c');
  const vm = make('vm', 'v');
  const tick = (second: number, ...values: [MetricSubject, number | null][]) => ({
    timeMs: second * 1000,
    samples: values.map(([subject, cpu]) => ({ subject, values: METRICS.map((metric) => (metric === 'cpuCores' ? cpu : null)) })),
  });
  const compute = (window: MetricsWindow, slots = WINDOW_SLOTS) => {
    const shares = new HostShares();
    shares.compute(window, { host, machines: [container, vm], metrics: ['cpuCores'] satisfies Metric[], slots });
    return shares;
  };

  test('the shares add up to what the host measured', () => {
    const window = new MetricsWindow();
    window.append(tick(1, [machineSubject(container.id), 0.5], [machineSubject(vm.id), 1], [APP_SUBJECT, 0.1], [hostSubject(host.id), 2]));
    const shares = compute(window);
    expect(shares.latest('container')).toBeCloseTo(0.5);
    expect(shares.latest('rest')).toBeCloseTo(0.4);
    expect(shares.latestTotal()).toBeCloseTo(2);
  });

  test('the rest is never below zero, when machines were measured a moment later than the host', () => {
    const window = new MetricsWindow();
    window.append(tick(1, [machineSubject(vm.id), 3], [hostSubject(host.id), 2]));
    expect(compute(window).latest('rest')).toBe(0);
  });

  test('without a measure of the host there is a gap, not zero', () => {
    const window = new MetricsWindow();
    window.append(tick(1, [machineSubject(vm.id), 1]));
    expect(compute(window).latest('vm')).toBeNaN();
  });

  test('seconds of which not everything is known are a gap', () => {
    const window = new MetricsWindow();
    for (let second = 1; second <= 5; second++) window.append(tick(second, [hostSubject(host.id), 1]));
    const known = [...compute(window, 2).layers.rest].filter((value) => !Number.isNaN(value));
    expect(known).toHaveLength(2);
  });
});
