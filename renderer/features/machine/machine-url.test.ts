import { expect, test } from 'vitest';
import { machineId } from '../../../backend/contract/index.ts';
import { MACHINE_TABS, machineUrl, parseMachineUrl } from './machine-url.ts';

test('every tab of a machine has an address that leads back to it', () => {
  for (const id of ['docker-default/3f2a', 'qemu-local/web-1', 'podman.x/sha256:ab_c.d'].map((text) => machineId.parse(text))) {
    for (const tab of MACHINE_TABS) expect(parseMachineUrl(machineUrl(id, tab))).toEqual({ id, tab });
  }
});

test('an address without a tab, or with one that is not there, is the overview', () => {
  expect(parseMachineUrl('/machines/docker-default/3f2a')?.tab).toBe('overview');
  expect(parseMachineUrl('/machines/docker-default/3f2a/nonsense')?.tab).toBe('overview');
});

test('other addresses are no machine', () => {
  for (const path of [
    '/',
    '/machines',
    '/machines/docker-default',
    '/images/a/b',
    '/machines/a b/c',
    '/machines/a/%E0%A4%A',
    '/machines/a/b/logs/x',
  ])
    expect(parseMachineUrl(path)).toBeNull();
});
