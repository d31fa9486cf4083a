import { expect, test } from 'vitest';
import { machineId } from '../../../backend/contract/index.ts';
import { logsUrl, parseLogsSearch } from './logs-url.ts';

test('the address of some machines’ logs leads back to them, in their order', () => {
  const ids = ['docker-default/3f2a', 'qemu-local/web-1', 'podman.x/sha256:ab_c.d'].map((text) => machineId.parse(text));
  expect(parseLogsSearch(logsUrl(ids).split('?')[1] ?? '')).toEqual(ids);
});

test('what is no machine, or comes twice, is left out', () => {
  expect(parseLogsSearch('of=a/b&of=nonsense&of=a/b&x=c/d')).toEqual(['a/b']);
  expect(parseLogsSearch('')).toEqual([]);
});
