import { expect, test } from 'vitest';
import { nameIn, registryOfName } from './push-name.ts';

test.each([
  ['debian:12', 'docker.io'],
  ['team/app', 'docker.io'],
  ['docker.io/team/app', 'docker.io'],
  ['localhost/app', 'localhost'],
  ['localhost:5000/app', 'localhost:5000'],
  ['registry.example/team/app:1', 'registry.example'],
])('%s leads to %s', (name, registry) => {
  expect(registryOfName(name)).toBe(registry);
});

test.each([
  ['registry.example:5000', 'debian:12', 'kim', 'registry.example:5000/debian:12'],
  ['registry.example:5000', 'quay.io/team/app:1', null, 'registry.example:5000/team/app:1'],
  ['docker.io', 'debian:12', 'kim', 'kim/debian:12'],
  ['docker.io', 'debian:12', null, 'debian:12'],
  ['docker.io', 'quay.io/team/app:1', 'kim', 'team/app:1'],
])('in %s, %s of %s is %s', (registry, name, username, expected) => {
  expect(nameIn(registry, name, username)).toBe(expected);
});
