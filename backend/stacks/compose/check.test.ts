// biome-ignore-all lint/suspicious/noTemplateCurlyInString: that is how variables are written in Compose files.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFiles } from './check.ts';
import { readDotEnv } from './dot-env.ts';
import { readPort } from './ports.ts';
import { interpolate, missingVariables, readVariables } from './variables.ts';

const check = (text: string, variables: Record<string, string> = {}) => checkFiles([{ path: '/c.yaml', text }], (name) => variables[name]);
/** `line:column rule`, with the params in order. */
const said = (text: string, variables?: Record<string, string>) =>
  check(text, variables).problems.map(({ line, column, rule, params }) => [`${line}:${column}`, rule, ...Object.values(params)].join(' '));

test('a file as people write them has no problems', () => {
  const text = `
version: "3.8"
x-common: &common
  image: \${IMAGE:-nginx}:1.27
  environment: &env
    A: "1"
services:
  web:
    <<: *common
    ports: ["127.0.0.1:8080:80", "9000-9002:9000-9002/udp", 3000, { target: 80, published: "8081" }]
    depends_on: { db: { condition: service_healthy } }
    networks: [front, default]
    x-note: anything
  db:
    build: .
    environment: { <<: *env, PRICE: "5$$" }
    volumes: ["data:/var/lib", "./here:/there:ro", "/anonymous", { type: volume, source: data, target: /x }]
    secrets: [key]
networks: { front: {} }
volumes: { data: }
secrets: { key: { file: ./key } }
`;
  expect(said(text)).toEqual([]);
  expect(check(text).services).toEqual([
    { name: 'db', image: null, builds: true, dependsOn: [], replicas: 1 },
    { name: 'web', image: 'nginx:1.27', builds: false, dependsOn: ['db'], replicas: 1 },
  ]);
});

test('each problem stands at its line', () => {
  const text = `services:
  web:
    imagge: nginx
    ports:
      - "80:http"
    depends_on: [db, cache]
    networks: [back]
    volumes: ["data:/data"]
    secrets: [key]
  db:
    image: nginx
    deploy: { replicas: 2 }
    container_name: one
    ports: ["8080:80"]
  other:
    image: nginx
    ports: ["0.0.0.0:8080:80"]
    nonsense: 1
`;
  expect(said(text)).toEqual([
    '2:3 needsImage web',
    '3:5 unknownKeyMeant imagge image',
    '5:9 invalidPort 80:http',
    '6:22 undefinedService cache',
    '7:16 undefinedNetwork back',
    '8:15 undefinedVolume data',
    '9:15 undefinedSecret key',
    '13:5 fixedNameScaled db',
    '17:13 portTwice 8080 db',
    '18:5 unknownKey nonsense',
  ]);
});

test('circles are told once, with the way around', () => {
  const text =
    'services:\n  a: { image: x, depends_on: [b] }\n  b: { image: x, links: ["c:alias"] }\n  c: { image: x, network_mode: "service:a" }\n  d: { image: x, depends_on: [d] }\n';
  expect(said(text)).toEqual(['4:32 cycle a → b → c → a', '5:31 cycle d → d']);
});

test('what is no YAML, no mapping or empty says so, and aliases that lead in circles end', () => {
  expect(said('services: [').some((line) => line.startsWith('1:12 syntax'))).toBe(true);
  expect(said('services:\n  web: { image: x }\n  web: { image: y }\n')).toEqual([expect.stringContaining('3:3 syntax')]);
  expect(said('just words')).toEqual(['1:1 wrongType compose mapping']);
  expect(said('')).toEqual(['1:1 noServices']);
  expect(said('services: {}')).toEqual(['1:1 noServices']);
  expect(said('services:\n  web: nginx\n')).toEqual(['2:8 wrongType web mapping']);
  expect(said('services: &s\n  web:\n    image: x\n    <<: *s\n').length).toBeLessThan(3);
});

test('a variable without a value is told where it stands, once; a required one is an error', () => {
  const text =
    'services:\n  web:\n    image: "x:${TAG}"\n    command: "echo ${TAG} ${HOST:-${NAME}} ${KEY:?say it} ${"\n    ports: ["${PORT}:80"]\n';
  expect(said(text)).toEqual([
    '3:15 missingVariable TAG',
    '4:27 missingVariable NAME',
    '4:44 requiredVariable KEY say it',
    '4:59 invalidVariable ${',
    '5:14 missingVariable PORT',
  ]);
  expect(said(text, { TAG: '1', NAME: 'n', KEY: 'k', PORT: 'x' })).toEqual(['4:59 invalidVariable ${', '5:13 invalidPort x:80']);
});

test('a later file adds to an earlier one, and each problem names its file', () => {
  const files = [
    { path: '/compose.yaml', text: 'services:\n  web: { build: . }\n' },
    { path: '/compose.override.yaml', text: 'services:\n  web: { image: mine, depends_on: [db, gone] }\n  db: { image: db }\n' },
  ];
  const { services, problems } = checkFiles(files, () => undefined);
  expect(problems.map(({ path, rule }) => `${path} ${rule}`)).toEqual(['/compose.override.yaml undefinedService']);
  expect(services.map(({ name, image, builds }) => ({ name, image, builds }))).toEqual([
    { name: 'db', image: 'db', builds: false },
    { name: 'web', image: 'mine', builds: true },
  ]);
});

test('secrets are the values of names that promise one, in both ways of writing', () => {
  const text =
    'services:\n  a: { image: x, environment: { DB_PASSWORD: hunter22, LEVEL: debug } }\n  b: { image: x, environment: ["API_KEY=abc=def", "TOKEN=${T}"] }\n';
  expect(check(text, { T: 'from-env' }).secrets).toEqual(['hunter22', 'abc=def', 'from-env']);
});

test('any text is read without a throw, and all of it is accounted for', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('$', '{', '}', ':', '-', '?', 'A', 'b', '1', ' ') }), (text) => {
      const pieces = readVariables(text);
      if (pieces.every((piece) => piece.type === 'text')) expect(interpolate(text, () => undefined)).toBe(text.replaceAll('$$', '$'));
      for (const { at } of missingVariables(text, () => undefined)) expect(text[at]).toBe('$');
      check(text);
      check(`services:\n  a:\n    image: ${text}`);
    }),
  );
});

test('interpolation as the specification has it', () => {
  const lookup = (name: string) => ({ SET: 'value', EMPTY: '' })[name];
  const cases: [string, string | null][] = [
    ['$SET-${SET}', 'value-value'],
    ['${EMPTY:-x}|${EMPTY-x}|${NONE-x}|${NONE:-${SET}}', 'x||x|value'],
    ['${SET:+yes}|${EMPTY:+yes}|${EMPTY+yes}|${NONE+yes}', 'yes||yes|'],
    ['$$SET', '$SET'],
    ['${NONE}', null],
  ];
  for (const [text, value] of cases) expect(interpolate(text, lookup)).toBe(value);
});

test('every port that can be written is read as it was meant', () => {
  const port = fc.integer({ min: 1, max: 60_000 });
  fc.assert(
    fc.property(
      fc.option(fc.constantFrom('127.0.0.1', '[::1]')),
      fc.option(port),
      port,
      fc.nat(20),
      fc.constantFrom('', '/udp', '/tcp'),
      (address, host, container, span, protocol) => {
        const range = (first: number) => (span === 0 ? `${first}` : `${first}-${first + span}`);
        const text = `${address === null ? '' : `${address}:${host === null ? ':' : ''}`}${host === null ? '' : `${range(host)}:`}${range(container)}${protocol}`;
        expect(readPort(text)).toEqual({
          address: address?.replace(/[[\]]/g, '') ?? null,
          host: host === null ? null : [host, host + span],
          container: [container, container + span],
          protocol: protocol.slice(1) || 'tcp',
        });
      },
    ),
  );
  for (const wrong of ['', 'http', '80:', '80:90:100:1', '70000', '0', '9-8', '80-81:90-95', '80/icmp']) expect(readPort(wrong)).toBeNull();
});

test('.env: quotes, comments, escapes, export', () => {
  const text = '# words\nA=1 # one\nexport B="two\\nlines"\nC=\'$as #is\'\n\nD=a=b\nnot a line\nE=\n';
  expect([...readDotEnv(text)]).toEqual([
    ['A', '1'],
    ['B', 'two\nlines'],
    ['C', '$as #is'],
    ['D', 'a=b'],
    ['E', ''],
  ]);
});
