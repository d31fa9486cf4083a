import fc from 'fast-check';
import { expect, test } from 'vitest';
import { groupStacks, type Machine, stackPlaceOf } from '../contract/index.ts';
import { toStackName } from './files.ts';
import { createRedactor } from './redact.ts';
import { startOrder } from './start-order.ts';
import { readVersion } from './tool.ts';
import { failureOf, podmanFailed, toolProblem } from './tool-words.ts';

const docker = (stack: string, service: string, more: Record<string, string> = {}) => ({
  'com.docker.compose.project': stack,
  'com.docker.compose.service': service,
  ...more,
});
const machine = (name: string, labels: Record<string, string>, engineId = 'docker') =>
  ({ id: `${engineId}/${name}`, engineId, name, labels }) as Machine;

test('containers are grouped by their labels, whoever set them, one stack an engine', () => {
  const files = { 'com.docker.compose.project.config_files': 'compose.yml,/b.yml', 'com.docker.compose.project.working_dir': '/srv/shop' };
  const stacks = groupStacks([
    machine('alone', {}),
    machine(
      'web-10',
      docker('shop', 'web', { 'com.docker.compose.container-number': '10', 'com.docker.compose.depends_on': 'db:service_started:false' }),
    ),
    machine('web-2', docker('shop', 'web', { 'com.docker.compose.container-number': '2', ...files })),
    machine('web-run', docker('shop', 'web', { 'com.docker.compose.oneoff': 'True' })),
    machine('db', { 'io.podman.compose.project': 'shop', 'com.docker.compose.service': 'db' }),
    machine('web', docker('shop', 'web'), 'other'),
  ]);
  expect(stacks.map(({ engineId, name }) => `${engineId}/${name}`)).toEqual(['docker/shop', 'other/shop']);
  const [shop] = stacks;
  expect(shop?.services.map((one) => [one.name, one.machines.map(({ name }) => name), one.dependsOn])).toEqual([
    ['db', ['db'], []],
    ['web', ['web-2', 'web-10'], ['db']],
  ]);
  expect(shop?.machines).toHaveLength(4);
  expect(shop?.files).toEqual(['/srv/shop/compose.yml', '/b.yml']);
});

test('a relative file without its folder is nobody’s path', () => {
  expect(stackPlaceOf(docker('a', 'b', { 'com.docker.compose.project.config_files': 'compose.yml' }))?.files).toEqual([]);
});

test('every service is started once, after what it needs, whatever circles there are', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names, 'gone'))), (edges) => {
      const services = names.map((name) => ({ name, dependsOn: edges.filter(([from]) => from === name).map(([, to]) => to) }));
      const groups = startOrder(services);
      expect(groups.flat().sort()).toEqual(names);
      const forward = services.map(({ name, dependsOn }) => ({ name, dependsOn: dependsOn.filter((one) => one < name) }));
      const at = new Map(startOrder(forward).flatMap((group, index) => group.map((name) => [name, index] as const)));
      for (const { name, dependsOn } of forward) for (const one of dependsOn) expect(at.get(one)).toBeLessThan(at.get(name) ?? 0);
    }),
  );
});

test('versions in the words of each tool', () => {
  expect(readVersion('Docker Compose version v2.20.2')).toEqual({ version: '2.20.2', flavor: 'docker' });
  expect(readVersion('docker-compose version 1.29.2, build unknown\ndocker-py version: 5.0.3')).toEqual({
    version: '1.29.2',
    flavor: 'docker',
  });
  expect(readVersion("['podman', '--version', '']\nusing podman version: 4.3.1\npodman-composer version  1.0.3")).toEqual({
    version: '1.0.3',
    flavor: 'podman',
  });
  expect(readVersion('podman-compose version 1.3.0\npodman version 5.4.0')).toEqual({ version: '1.3.0', flavor: 'podman' });
  expect(readVersion('docker: unknown command: docker compose')).toBeNull();
});

test('no secret is written: known values, assignments, passwords in addresses', () => {
  const redact = createRedactor(['hunter22', 'abc']);
  expect(redact('podman run -e DB_PASSWORD=hunter22 -e A=1 -e API_TOKEN=xyz pull https://me:pw@host/x')).toBe(
    'podman run -e DB_PASSWORD=•••••••• -e A=1 -e API_TOKEN=•••••••• pull https://me:••••••••@host/x',
  );
  expect(redact('abc is too short to be masked, hunter22 is not')).toBe('abc is too short to be masked, •••••••• is not');
});

test('what is told of a failure is the line that says it', () => {
  expect(
    failureOf([
      'Creating demo_web_1 ... error',
      '',
      'ERROR: for web  Cannot start service web: address already in use',
      'Encountered errors while bringing up the project.',
    ]),
  ).toBe('Cannot start service web: address already in use');
  expect(failureOf(['Error: no such volume', 'exit code: 125'])).toBe('Error: no such volume');
  expect(failureOf([])).toBe('');
});

test('podman-compose failed when a command of it failed, unless the container was there and was started', () => {
  expect(podmanFailed(['podman run --name=a x', 'exit code: 0'])).toBe(false);
  expect(podmanFailed(['podman run --name=a x', 'exit code: 125', 'podman start a', 'exit code: 0'])).toBe(false);
  expect(podmanFailed(['podman run --name=a x', 'exit code: 125', 'podman start a', 'exit code: 125'])).toBe(true);
  expect(podmanFailed(['podman pull x', 'exit code: 125', 'podman pull y', 'exit code: 0'])).toBe(true);
});

test('the tool’s own words are shown at the line that they mean', () => {
  const file = { path: '/c', text: 'services:\n  db:\n    image: x\n  web:\n    image: y\n    ports:\n      - 1\n' };
  const line = (words: string) => toolProblem(words, file)?.line;
  expect(line('yaml: line 3: did not find expected key')).toBe(3);
  expect(line("The Compose file './c' is invalid because:\nservices.web.ports contains an invalid type")).toBe(6);
  expect(line('service "web" refers to undefined network x: invalid compose project')).toBe(4);
  expect(toolProblem('The TAG variable is not set. Defaulting to a blank string.', file)).toBeNull();
});

test('a folder’s name becomes a stack’s as Compose does it', () => {
  expect(toStackName('My App (2)')).toBe('myapp2');
  expect(toStackName('_x.y')).toBe('xy');
  expect(toStackName('한글')).toBe('');
});
