import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd, startPodman, type TestEngine } from '../../../testing/engines.ts';
import { testImageArchive } from '../../../testing/test-image.ts';
import { type MachineId, type NetworkId, type NetworkPlace, toMachineId } from '../../contract/index.ts';
import { silentLogger, systemClock } from '../../core/index.ts';
import { createLocalHost } from '../../hosts/local.ts';
import type { Driver } from '../driver.ts';
import { facetOf } from '../facets.ts';
import type { NetworksFacet } from '../networks.ts';
import { EngineClient } from './engine-client.ts';
import { connectDocker } from './index.ts';

const signal = new AbortController().signal;
/** Few others on this machine would use it. */
const net = (part: number) => `10.203.${(process.pid + part) % 250}`;

describe.each([
  ['Docker', startDockerd],
  ['Podman', startPodman],
])('%s', (name, start: () => Promise<TestEngine>) => {
  const stack = new AsyncDisposableStack();
  let driver: Driver;
  let client: EngineClient;
  let networks: NetworksFacet;
  let imageId: string;
  let made = 0;

  beforeAll(async () => {
    const engine = stack.use(await start());
    const host = stack.use(createLocalHost({ logger: silentLogger }));
    const target = { unixPath: engine.socket };
    driver = stack.use(await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal));
    client = stack.use(new EngineClient({ name, endpoint: engine.socket }, (abort) => host.dial(target, abort)));
    networks = facetOf(driver, 'networks');
    const archive = await testImageArchive({ name: 'catamaran/test:latest', config: { Cmd: ['/bin/sleep', '1000'] } });
    const image = await facetOf(driver, 'images').load(
      (async function* () {
        yield archive;
      })(),
      signal,
    );
    imageId = image.slice(image.indexOf('/') + 1);
  });
  afterAll(() => stack.disposeAsync());

  async function create(change: Partial<Parameters<NetworksFacet['create']>[0]> = {}) {
    const request = { name: `net-${++made}`, internal: false, ipv6: false, subnets: [], labels: {}, ...change };
    const id = await networks.create(request, signal);
    return { id, name: request.name, [Symbol.asyncDispose]: () => networks.remove(id, signal).catch(() => {}) };
  }

  async function run(): Promise<{ id: MachineId } & AsyncDisposable> {
    const body = { Image: imageId, HostConfig: {} };
    const { Id } = await client.call<{ Id: string }>({ method: 'POST', path: '/containers/create', body }, signal);
    const id = toMachineId(driver.engineId, Id);
    await driver.act(id, 'start', { force: false }, signal);
    return { id, [Symbol.asyncDispose]: () => driver.act(id, 'remove', { force: true }, signal).catch(() => {}) };
  }

  const find = async (id: NetworkId) => (await networks.list(signal)).find((network) => network.id === id);
  const placesOf = async (id: MachineId): Promise<NetworkPlace[]> =>
    (await driver.list(signal)).find((machine) => machine.id === id)?.networks ?? [];

  test('a network is made as it was asked for, listed, and removed', async () => {
    const subnet = { subnet: `${net(1)}.0/24`, gateway: `${net(1)}.7` };
    await using network = await create({ internal: true, subnets: [subnet], labels: { team: '바다' } });
    expect(await find(network.id)).toMatchObject({
      name: network.name,
      internal: true,
      subnets: [subnet],
      labels: { team: '바다' },
      builtIn: false,
    });
    await networks.remove(network.id, signal);
    expect(await find(network.id)).toBeUndefined();
    await expect(networks.remove(network.id, signal)).rejects.toMatchObject({ reason: 'networkMissing' });
  });

  test('without a subnet the engine chooses one', async () => {
    await using network = await create();
    expect((await find(network.id))?.subnets).toHaveLength(1);
  });

  test('taken names, and subnets that overlap or are none, are refused by name', async () => {
    await using network = await create({ subnets: [{ subnet: `${net(2)}.0/24`, gateway: null }] });
    await expect(create({ name: network.name })).rejects.toMatchObject({ reason: 'nameTaken' });
    await expect(create({ subnets: [{ subnet: `${net(2)}.128/25`, gateway: null }] })).rejects.toMatchObject({
      reason: 'subnetTaken',
      problem: { params: { owner: expect.stringContaining(network.name) } },
    });
    await expect(create({ subnets: [{ subnet: `${net(3)}.300/25`, gateway: null }] })).rejects.toMatchObject({ reason: 'subnetInvalid' });
    await expect(create({ subnets: [{ subnet: `${net(3)}.0/24`, gateway: '10.1.1.1' }] })).rejects.toMatchObject({
      reason: 'addressOutside',
    });
    expect((await networks.list(signal)).filter((one) => !one.builtIn)).toHaveLength(1);
  });

  test('a running container is connected with an address and names, and disconnected again', async () => {
    await using network = await create({ subnets: [{ subnet: `${net(4)}.0/24`, gateway: null }] });
    await using machine = await run();
    const before = await placesOf(machine.id);
    expect(before).toHaveLength(1);
    expect((await networks.list(signal)).map((one) => one.name)).toContain(before[0]?.network);

    await networks.connect({ id: network.id, machineId: machine.id, aliases: ['web', 'api'], address: `${net(4)}.9` }, signal);
    const place = (await placesOf(machine.id)).find((one) => one.network === network.name);
    expect(place?.address).toBe(`${net(4)}.9`);
    expect(place?.aliases).toEqual(expect.arrayContaining(['web', 'api']));
    const again = networks.connect({ id: network.id, machineId: machine.id, aliases: [], address: null }, signal);
    await expect(again).rejects.toMatchObject({ reason: 'alreadyOnNetwork' });
    await expect(networks.remove(network.id, signal)).rejects.toMatchObject({ reason: 'networkInUse' });

    await networks.disconnect(network.id, machine.id, signal);
    expect(await placesOf(machine.id)).toEqual(before);
    await expect(networks.disconnect(network.id, machine.id, signal)).rejects.toMatchObject({ reason: 'notOnNetwork' });
  });

  test('an address that cannot be leaves the container as it was', async () => {
    await using network = await create({ subnets: [{ subnet: `${net(5)}.0/24`, gateway: null }] });
    await using machine = await run();
    await using other = await run();
    const connect = (id: MachineId, address: string) => networks.connect({ id: network.id, machineId: id, aliases: [], address }, signal);
    await expect(connect(machine.id, '10.1.1.9')).rejects.toMatchObject({ reason: 'addressOutside' });
    await expect(connect(machine.id, `${net(5)}.255`)).rejects.toMatchObject({ reason: 'addressOutside' });
    await connect(other.id, `${net(5)}.20`);
    await expect(connect(machine.id, `${net(5)}.20`)).rejects.toMatchObject({ reason: 'addressTaken' });
    expect(await placesOf(machine.id)).toHaveLength(1);
    await networks.disconnect(network.id, other.id, signal);
  });

  test('the engine’s own networks are told apart, and stay', async () => {
    const own = (await networks.list(signal)).filter((network) => network.builtIn);
    expect(own.length).toBeGreaterThan(0);
    await using _user = await run();
    const used = own.find((network) => network.driver === 'bridge');
    await expect(networks.remove(used?.id as NetworkId, signal)).rejects.toMatchObject({ reason: 'networkBuiltIn' });
  });
});
