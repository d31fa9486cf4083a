import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inRange, maskProxies, proxyFor } from './proxy.ts';
import { keyOfRegistry, registryOfKey, scopesOf } from './registry-names.ts';

describe('keys of registries', () => {
  test.each([
    ['https://index.docker.io/v1/', 'docker.io'],
    ['https://index.docker.io/v1', 'docker.io'],
    ['registry-1.docker.io', 'docker.io'],
    ['docker.io', 'docker.io'],
    ['https://registry.example', 'registry.example'],
    ['http://registry.example:5000/v2/', 'registry.example:5000'],
    ['quay.io/team', 'quay.io/team'],
  ])('%s is %s', (key, registry) => {
    expect(registryOfKey(key)).toBe(registry);
  });

  test('a registry comes back from its key', () => {
    fc.assert(
      fc.property(fc.domain(), fc.option(fc.integer({ min: 1, max: 65535 })), (host, port) => {
        const registry = port === null ? host : `${host}:${port}`;
        expect(registryOfKey(keyOfRegistry(registry))).toBe(registry);
      }),
    );
    expect(registryOfKey(keyOfRegistry('docker.io'))).toBe('docker.io');
  });

  test('credentials are looked for from the most exact name on', () => {
    expect(scopesOf('quay.io/team/app')).toEqual(['quay.io/team/app', 'quay.io/team', 'quay.io']);
  });
});

describe('proxies', () => {
  const proxies = {
    http: 'proxy.example:3128',
    https: 'http://kim:pw@proxy.example:3129',
    none: '.corp.example,10.0.0.0/8,direct.example:8443',
  };
  const over = (host: string, port = 443) => proxyFor(proxies, 'https', { host, port })?.host ?? null;

  test('what goes through them, and what does not', () => {
    expect(over('registry.example')).toBe('proxy.example:3129');
    expect(proxyFor(proxies, 'http', { host: 'registry.example', port: 80 })?.host).toBe('proxy.example:3128');
    for (const host of ['localhost', '127.0.0.1', '127.8.9.1', 'a.corp.example', 'corp.example', '10.1.2.3']) expect(over(host)).toBeNull();
    expect(over('direct.example', 8443)).toBeNull();
    expect(over('direct.example')).not.toBeNull();
    expect(over('notcorp.example')).not.toBeNull();
    expect(proxyFor({ ...proxies, none: '*' }, 'https', { host: 'a.b', port: 443 })).toBeNull();
  });

  test('an address lies in its own range, whatever the range’s size', () => {
    const part = fc.nat(255);
    fc.assert(
      fc.property(fc.tuple(part, part, part, part), fc.nat(32), (parts, bits) => {
        expect(inRange(parts.join('.'), `${parts.join('.')}/${bits}`)).toBe(true);
      }),
    );
    expect(inRange('11.0.0.1', '10.0.0.0/8')).toBe(false);
    expect(inRange('registry.example', '0.0.0.0/0')).toBe(false);
  });

  test('a password in an address is never shown', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9]{6,20}$/), fc.constantFrom('http://', 'https://', ''), (password, scheme) => {
        const { http } = maskProxies({ http: `${scheme}kim:${password}@proxy.example:3128`, https: null, none: null });
        expect(http).toBe(`${scheme}kim:…@proxy.example:3128`);
      }),
    );
    expect(maskProxies({ http: 'http://proxy.example:3128', https: null, none: null }).http).toBe('http://proxy.example:3128');
  });
});
