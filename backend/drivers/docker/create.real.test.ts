import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd, startPodman, type TestEngine } from '../../../testing/engines.ts';
import { testImageArchive } from '../../../testing/test-image.ts';
import { type ContainerSpec, containerSpec, type ImageId, type MachineId } from '../../contract/index.ts';
import { silentLogger, systemClock } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { ContainersFacet, Driver } from '../driver.ts';
import { freeSubnet } from './embedded/configuration.ts';
import { parseRoutes } from './embedded/traits.ts';
import { EngineClient } from './engine-client.ts';
import { connectDocker } from './index.ts';

const signal = new AbortController().signal;
const MIB = 1024 ** 2;

type Fields = Parameters<typeof containerSpec.parse>[0] & object;

/** What both engines keep word for word. */
const KEPT: [string, (folder: string) => Fields][] = [
  ['nothing but the image', () => ({})],
  [
    'the process',
    () => ({
      command: ['echo', 'a b', ''],
      entrypoint: ['/bin/sh', '-c'],
      env: { GREETING: 'a=b c', A: '2', EMPTY: '' },
      workingDir: '/tmp',
      user: '1000:1000',
      groupAdd: ['5'],
      hostname: 'hh',
      tty: true,
      interactive: true,
      init: true,
      stopSignal: 'SIGINT',
      stopTimeoutS: 3,
      labels: { a: 'b', empty: '' },
      restart: { name: 'on-failure', maximumRetries: 3 },
      health: { command: 'test -e /ok', intervalMs: 5000, timeoutMs: 2000, retries: 2, startPeriodMs: 1000 },
    }),
  ],
  ['another command', () => ({ command: ['/bin/true'], restart: { name: 'unless-stopped', maximumRetries: 0 } })],
  ['no health check, removed at its end', () => ({ health: { disabled: true }, autoRemove: true })],
  [
    'ports and names',
    () => ({
      ports: [
        { hostAddress: '127.0.0.1', hostPort: 18_080, containerPort: 80 },
        { hostPort: 18_053, containerPort: 53, protocol: 'udp' },
      ],
      exposedPorts: [{ port: 99, protocol: 'tcp' }],
      extraHosts: ['db:10.0.0.1'],
      dns: ['10.0.0.53'],
      dnsOptions: ['ndots:2'],
      dnsSearch: ['example.com'],
    }),
  ],
  [
    'two networks',
    () => ({
      networks: [
        { network: 'one-net', aliases: ['web', 'www'] },
        { network: 'two-net', aliases: ['back'] },
      ],
    }),
  ],
  ['no network', () => ({ networks: [{ network: 'none' }] })],
  [
    'storage',
    (folder) => ({
      mounts: [
        { type: 'bind', source: folder, target: '/host', readOnly: true },
        { type: 'volume', source: 'named', target: '/named' },
        { type: 'volume', source: 'read', target: '/read', readOnly: true },
      ],
      tmpfs: { '/scratch': 'size=16m,mode=1777' },
      readOnlyRoot: true,
      shmBytes: 32 * MIB,
    }),
  ],
  [
    'limits',
    () => ({
      cpus: 0.5,
      cpuShares: 512,
      cpusetCpus: '0',
      memoryBytes: 64 * MIB,
      memorySwapBytes: 96 * MIB,
      memoryReservationBytes: 32 * MIB,
      memorySwappiness: 10,
      oomScoreAdj: 100,
      pidsLimit: 100,
      ulimits: [{ name: 'nofile', soft: 512, hard: 1024 }],
      deviceReadBps: [{ path: '/dev/null', rate: 1024 }],
    }),
  ],
  ['a quota', () => ({ cpuPeriodUs: 50_000, cpuQuotaUs: 25_000 })],
  [
    'isolation',
    () => ({
      capAdd: ['NET_ADMIN'],
      capDrop: ['CHOWN'],
      securityOptions: ['no-new-privileges'],
      devices: [{ hostPath: '/dev/null', containerPath: '/dev/nothing', permissions: 'rwm' }],
      pidMode: 'host',
    }),
  ],
  ['the host’s own', () => ({ privileged: true, networks: [{ network: 'host' }], pidMode: 'host', utsMode: 'host' })],
];

/** What only Docker keeps, and tells of. */
const dockerKeeps = (subnet: string): Fields => ({
  domainname: 'dom.example',
  macAddress: '92:d0:c6:0a:29:33',
  publishAllPorts: true,
  ports: [{ hostPort: null, containerPort: 80 }],
  mounts: [
    { type: 'volume', source: 'kept', target: '/kept', noCopy: true, driver: 'local', driverOptions: { type: 'tmpfs', device: 'tmpfs' } },
    { type: 'volume', target: '/anonymous' },
  ],
  sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0' },
  deviceCgroupRules: ['c 42:* rmw'],
  devices: [{ hostPath: '/dev/null', containerPath: '/dev/nothing', permissions: 'rw' }],
  capDrop: ['ALL'],
  ipcMode: 'shareable',
  logDriver: 'local',
  logOptions: { 'max-size': '10m' },
  networks: [{ network: 'two-net', ipv4: `${subnet}.9` }],
  securityOptions: ['seccomp=unconfined', 'systempaths=unconfined'],
  oomKillDisable: true,
  memoryBytes: 64 * MIB,
  memorySwapBytes: -1,
});

describe.each([
  ['Docker', startDockerd],
  ['Podman', startPodman],
])('%s', (product, start: () => Promise<TestEngine>) => {
  const stack = new AsyncDisposableStack();
  let driver: Driver;
  let containers: ContainersFacet;
  let image: { id: ImageId; name: string };
  let folder: string;
  /** Of the last network. */
  let subnet = '';
  let client: EngineClient;
  let made = 0;

  beforeAll(async () => {
    const engine = stack.use(await start());
    const host: Host = stack.use(createLocalHost({ logger: silentLogger }));
    const target = { unixPath: engine.socket };
    driver = stack.use(await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal));
    client = stack.use(new EngineClient({ name: 'test', endpoint: engine.socket }, (abort) => host.dial(target, abort)));
    // Not below /tmp: dockerd's own root is there, and it guards the mounts above it.
    folder = await mkdtemp('/var/tmp/ct-');
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    if (driver.images === undefined || driver.containers === undefined) throw new Error('a container engine has both');
    containers = driver.containers;
    const config = {
      Env: ['PATH=/bin', 'A=1'],
      Cmd: ['/bin/sleep', '1000'],
      ExposedPorts: { '80/tcp': {} },
      Volumes: { '/data': {} },
      Labels: { maker: 'test' },
    };
    const archive = await testImageArchive({ name: 'catamaran/test:latest', config });
    image = { id: await driver.images.load(single(archive), signal), name: 'catamaran/test:latest' };
    for (const name of ['one-net', 'two-net']) {
      subnet = freeSubnet(randomBytes(2).toString('hex'), parseRoutes(await readFile('/proc/net/route', 'utf8')));
      const body = { Name: name, IPAM: { Driver: 'default', Config: [{ Subnet: `${subnet}.0/24` }] } };
      await client.call({ method: 'POST', path: '/networks/create', body }, signal);
      stack.defer(() => client.call({ method: 'DELETE', path: `/networks/${name}` }, signal));
    }
  });
  afterAll(() => stack.disposeAsync());

  async function make(fields: Fields, name = `made-${++made}`): Promise<{ id: MachineId; spec: ContainerSpec } & AsyncDisposable> {
    const spec = containerSpec.parse({ image: image.name, name, ...fields });
    const id = await containers.createFrom({ spec, name, image, twinId: null }, signal);
    return {
      id,
      spec,
      async [Symbol.asyncDispose]() {
        await driver.act(id, 'remove', { force: true }, signal).catch(() => {});
      },
    };
  }

  const count = async () =>
    (await client.call<unknown[]>({ method: 'GET', path: '/containers/json', query: { all: true } }, signal)).length;

  test.each(KEPT)('%s: what is said is what the container says', async (_words, fields) => {
    await using machine = await make(fields(folder));
    const { spec, imageId } = await containers.describe(machine.id, { anonymousVolumes: 'new' }, signal);
    expect(sorted(spec)).toEqual(sorted(machine.spec));
    expect(imageId).toBe(image.id);
  });

  test.skipIf(product !== 'Docker')('what only Docker keeps', async () => {
    await using machine = await make(dockerKeeps(subnet));
    const { spec } = await containers.describe(machine.id, { anonymousVolumes: 'new' }, signal);
    expect(sorted(spec)).toEqual(sorted(machine.spec));
  });

  test('a running one says the same', async () => {
    await using machine = await make({ networks: [{ network: 'one-net', aliases: ['web'] }], command: ['/bin/sleep', '60'] });
    await driver.act(machine.id, 'start', { force: false }, signal);
    const { spec } = await containers.describe(machine.id, { anonymousVolumes: 'new' }, signal);
    expect(sorted(spec)).toEqual(sorted(machine.spec));
  });

  test('anonymous volumes are named when they are kept, and nothing is left of the look', async () => {
    await using machine = await make({ mounts: [{ type: 'volume', target: '/anonymous' }] });
    const before = await count();
    const { spec } = await containers.describe(machine.id, { anonymousVolumes: 'keep' }, signal);
    const volumes = spec.mounts.map(({ target, source }) => [target, source]).sort();
    expect(volumes).toEqual([
      ['/anonymous', expect.stringMatching(/^[0-9a-f]{64}$/)],
      ['/data', expect.stringMatching(/^[0-9a-f]{64}$/)],
    ]);
    expect(await count()).toBe(before);
  });

  test('a renamed one has its name, a discarded one is gone and its volumes are not', async () => {
    await using machine = await make({});
    await using other = await make({}, 'other-one');
    await containers.rename(machine.id, 'another-name', signal);
    const { spec } = await containers.describe(machine.id, { anonymousVolumes: 'keep' }, signal);
    expect(spec.name).toBe('another-name');
    await expect(containers.rename(machine.id, 'other-one', signal)).rejects.toMatchObject({ reason: 'nameTaken' });
    expect(other.spec.name).toBe('other-one');
    await containers.discard(machine.id, signal);
    await expect(driver.inspect(machine.id, signal)).rejects.toMatchObject({ reason: 'machineMissing' });
    const volumes = (await driver.volumes?.list(signal)) ?? [];
    expect(volumes.map(({ name }) => name)).toContain(spec.mounts[0]?.source);
  });

  test('what is refused leaves nothing', async () => {
    const before = await count();
    await expect(make({ mounts: [{ type: 'bind', source: `${folder}/absent`, target: '/x' }] }).then(begin)).rejects.toMatchObject({
      problem: { reason: 'sourceMissing', params: { path: `${folder}/absent` } },
    });
    await expect(make({ networks: [{ network: 'absent-net' }] }).then(begin)).rejects.toMatchObject({ reason: 'engineRefused' });
    await expect(make({ networks: [{ network: 'one-net' }, { network: 'absent-net' }] }).then(begin)).rejects.toMatchObject({
      reason: 'engineRefused',
    });
    await expect(make({ logDriver: 'no-such-driver' }).then(begin)).rejects.toMatchObject({
      problem: { detail: expect.stringMatching(/log driver|logging plugin/i) },
    });
    const absent = { id: image.id.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) as ImageId, name: 'gone:1' };
    const request = { spec: containerSpec.parse({ image: 'gone:1' }), name: 'never', image: absent, twinId: null };
    await expect(containers.createFrom(request, signal)).rejects.toMatchObject({
      problem: { reason: 'imageMissing', params: { image: 'gone:1' } },
    });
    expect(await count()).toBe(before);
  });

  /** Engines look at some of it only now. */
  async function begin(machine: Awaited<ReturnType<typeof make>>): Promise<void> {
    await using started = machine;
    await driver.act(started.id, 'start', { force: false }, signal);
  }

  test('a folder that shall be made is made', async () => {
    await using machine = await make({ mounts: [{ type: 'bind', source: join(folder, 'made'), target: '/x', createSource: true }] });
    await driver.act(machine.id, 'start', { force: false }, signal);
    const { spec } = await containers.describe(machine.id, { anonymousVolumes: 'new' }, signal);
    expect(spec.mounts).toMatchObject([{ type: 'bind', source: join(folder, 'made'), target: '/x', readOnly: false }]);
  });
});

/** Engines keep no order of what has none. */
function sorted(spec: ContainerSpec): ContainerSpec {
  const by = <T>(all: T[], key: (one: T) => string) => all.toSorted((one, two) => key(one).localeCompare(key(two)));
  return {
    ...spec,
    mounts: by(spec.mounts, ({ target }) => target),
    ports: by(spec.ports, ({ containerPort, protocol }) => `${containerPort}/${protocol}`),
    networks: spec.networks.map((join) => ({ ...join, aliases: by(join.aliases, String) })),
  };
}

async function* single(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
