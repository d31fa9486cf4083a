import { expect, test } from 'vitest';
import { type Engine, toProblem } from '../../../backend/contract/index.ts';
import { availability } from './engine-health.ts';

const make = (machineKind: Engine['machineKind'], health: Engine['health']) => ({ id: 'e', machineKind, health }) as Engine;
const healthy: Engine['health'] = { status: 'healthy', problem: null };
const connecting: Engine['health'] = { status: 'connecting', problem: null };
const denied: Engine['health'] = { status: 'unreachable', problem: toProblem('engineDenied', { endpoint: '/run/docker.sock' }) };

test('one engine that answers is enough, whatever the others do', () => {
  const here = availability([make('container', denied), make('container', healthy), make('vm', denied)], 'container', true);
  expect(here).toMatchObject({ available: true, engines: [{ health: healthy }] });
});

test('while an engine is being reached, or before the first picture, nothing is said to be missing', () => {
  expect(availability([make('container', connecting)], 'container', true)).toEqual({ available: false, problem: null });
  expect(availability([], 'vm', false)).toEqual({ available: false, problem: null });
});

test('what is wrong with an engine is told; with none at all, what to install', () => {
  expect(availability([make('container', denied)], 'container', true)).toMatchObject({ problem: { reason: 'engineDenied' } });
  expect(availability([make('vm', healthy)], 'container', true)).toMatchObject({ problem: { reason: 'noContainerEngine' } });
  expect(availability([], 'vm', true)).toMatchObject({ problem: { reason: 'qemuMissing' } });
});
