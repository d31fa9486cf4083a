import fc from 'fast-check';
import { expect, test } from 'vitest';
import { registryAuth } from './registry-auth.ts';
import { registryFailure } from './registry-errors.ts';

const of = (words: string) =>
  registryFailure(
    { image: 'registry.example:5000/team/app:1', platform: 'linux/s390x', engine: { name: 'Docker', endpoint: '/run/docker.sock' } },
    words,
  ).problem;

/** Collected from Docker 20.10 and Podman 4.3.1 against real servers. */
test.each([
  ['Get "http://127.0.0.1:1/v2/": dial tcp 127.0.0.1:1: connect: connection refused', 'registryAway'],
  ['Get "https://no.invalid/v2/": dial tcp: lookup no.invalid on 10.0.0.1:53: no such host', 'registryAway'],
  ['proxyconnect tcp: dial tcp 10.0.0.1:3128: connect: connection refused', 'registryAway'],
  [
    'Get "https://registry-1.docker.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
    'registrySlow',
  ],
  ['Get "https://10.0.0.1/v2/": net/http: TLS handshake timeout', 'registrySlow'],
  ['pinging container registry 10.0.0.1: Get "https://10.0.0.1/v2/": dial tcp 10.0.0.1:443: i/o timeout', 'registrySlow'],
  ['missing or empty Content-Type header', 'registryWrong'],
  ['error parsing HTTP 404 response body: invalid character \'<\' looking for beginning of value: "<html>hello</html>"', 'registryWrong'],
  ["initializing image from source docker://x/a/b:1: invalid character '<' looking for beginning of value", 'registryWrong'],
  ['pinging container registry x: invalid status code from registry 404 (Not Found)', 'registryWrong'],
  ['Head "http://x/v2/a/b/manifests/1": no basic auth credentials', 'registryDenied'],
  ['denied: requested access to the resource is denied', 'registryDenied'],
  ['pull access denied for nope, repository does not exist or may require authorization', 'registryDenied'],
  [
    'initializing source docker://quay.io/x: reading manifest latest in quay.io/x: unauthorized: access to the requested resource',
    'registryDenied',
  ],
  ['pinging container registry x: invalid status code from registry 403 (Forbidden)', 'registryDenied'],
  ['pinging container registry x: too many requests to registry', 'registryBusy'],
  ['toomanyrequests: You have reached your pull rate limit', 'registryBusy'],
  ['received unexpected HTTP status: 500 Internal Server Error', 'registryFailed'],
  ['pinging container registry x: invalid status code from registry 503 (Service Unavailable)', 'registryFailed'],
  ['Get "https://x/v2/": x509: certificate signed by unknown authority', 'registryTls'],
  ['Get "https://x/v2/": http: server gave HTTP response to HTTPS client', 'registryTls'],
  ['manifest for debian:nope not found: manifest unknown: manifest unknown', 'imageMissing'],
  ['reading manifest 9.9 in 127.0.0.1/team/app: manifest unknown: manifest unknown', 'imageMissing'],
  ['An image does not exist locally with the tag: 127.0.0.1/no/such', 'imageMissing'],
  ['no matching manifest for linux/s390x in the manifest list entries', 'platformMissing'],
  [
    'choosing an image from manifest list docker://x: no image found in manifest list for architecture s390x, variant "", OS linux',
    'platformMissing',
  ],
  ['writing blob: storing blob to file: write /var/tmp/storage1/1: no space left on device', 'engineNoSpace'],
  ['copying system image from manifest list: reading blob sha256:1: unexpected EOF', 'registryInterrupted'],
  ['read tcp 127.0.0.1:1->127.0.0.1:2: read: connection reset by peer', 'registryInterrupted'],
])('%s', (words, reason) => {
  expect(of(words)).toMatchObject({ reason, detail: words });
});

test('neither a port nor a name is taken for what is said of it', () => {
  for (const registry of ['127.0.0.1:37429', '127.0.0.1:4031', '10.0.0.1:5000', 'denied.example', 'x509.example:443']) {
    const image = `${registry}/forbidden/app:429`;
    const words = `initializing source docker://${image}: reading manifest 429 in ${registry}/forbidden/app: manifest unknown: manifest unknown`;
    const engine = { name: 'Podman', endpoint: '/run/podman.sock' };
    expect(registryFailure({ image, platform: null, engine }, words).reason).toBe('imageMissing');
  }
});

test('every sentence has its words', () => {
  expect(of('Get "http://r:1/v2/": dial tcp r:1: connect: connection refused').message).toContain(
    'The registry registry.example:5000 is away',
  );
  expect(of('no matching manifest for linux/s390x').message).toContain('for linux/s390x');
});

test('what an engine is told of a person comes back whole, in the alphabet of URLs', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), (username, secret) => {
      const { 'X-Registry-Auth': header = '' } = registryAuth('team/app', { username, secret, isToken: false });
      expect(header).toMatch(/^[A-Za-z0-9_-]+={0,2}$/);
      expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({
        username,
        password: secret,
        serveraddress: 'https://index.docker.io/v1/',
      });
    }),
  );
  expect(registryAuth('quay.io/a/b', null)).toEqual({ 'X-Registry-Auth': 'e30=' });
});
