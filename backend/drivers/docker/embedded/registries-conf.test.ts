import { expect, test } from 'vitest';
import { registriesConf } from './registries-conf.ts';

const registry = (name: string, insecure = true, mirrors: string[] = []) => ({ registry: name, insecure, mirrors });

test('what the machine says stays, what is set for the embedded engine comes below', () => {
  expect(
    registriesConf('unqualified-search-registries = ["docker.io"]\n', [
      registry('lab.example:5000', true, ['cache.example', 'b.example/hub']),
    ]),
  ).toBe(
    `unqualified-search-registries = ["docker.io"]

[[registry]]
location = "lab.example:5000"
insecure = true

[[registry.mirror]]
location = "cache.example"

[[registry.mirror]]
location = "b.example/hub"
`,
  );
});

test('of a registry that the machine speaks of itself, nothing is said again', () => {
  const own = '[[registry]]\n  location = "lab.example:5000"\n  insecure = false\n';
  expect(registriesConf(own, [registry('lab.example:5000'), registry('other.example')])).toBe(
    `${own.trimEnd()}\n\n[[registry]]\nlocation = "other.example"\ninsecure = true\n`,
  );
  expect(registriesConf('# location = "lab.example"\n', [registry('lab.example')])).toContain('\nlocation = "lab.example"');
});
