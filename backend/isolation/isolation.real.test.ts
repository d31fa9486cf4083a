import { readFileSync, readlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDockerd, startPodman, type TestEngine } from '../../testing/engines.ts';
import { testImageArchive } from '../../testing/test-image.ts';
import { type MachineId, namespaceKind, type Readable, toMachineId } from '../contract/index.ts';
import { AppError, silentLogger, systemClock } from '../core/index.ts';
import { EngineClient } from '../drivers/docker/engine-client.ts';
import { connectDocker } from '../drivers/docker/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import type { Host } from '../hosts/host.ts';
import { createLocalHost } from '../hosts/local.ts';
import { createIsolationService, type IsolationService } from './index.ts';

const signal = new AbortController().signal;
const MIB = 1024 * 1024;

describe.each([
  ['Docker', startDockerd],
  ['Podman', startPodman],
])('%s', (name, start: () => Promise<TestEngine>) => {
  const podman = name === 'Podman';
  const stack = new AsyncDisposableStack();
  let host: Host;
  let driver: Driver;
  let client: EngineClient;
  let service: IsolationService;
  let imageId: string;

  beforeAll(async () => {
    const engine = stack.use(await start());
    host = stack.use(createLocalHost({ logger: silentLogger }));
    const target = { unixPath: engine.socket };
    driver = stack.use(await connectDocker({ host, target, engine: engine.engine, clock: systemClock, logger: silentLogger }, signal));
    client = stack.use(new EngineClient({ name, endpoint: engine.socket }, (abort) => host.dial(target, abort)));
    service = createIsolationService({ driverOf: () => driver, clock: systemClock });
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

  /** A running container, made past our own driver: this is about what the kernel says, whoever made it. */
  async function run(hostConfig: object = {}, config: object = {}): Promise<{ id: MachineId; pid: number } & AsyncDisposable> {
    const body = { Image: imageId, HostConfig: hostConfig, ...config };
    const { Id } = await client.call<{ Id: string }>({ method: 'POST', path: '/containers/create', body }, signal);
    const id = toMachineId(driver.engineId, Id);
    await driver.act(id, 'start', { force: false }, signal);
    const { State } = await client.call<{ State: { Pid: number } }>({ method: 'GET', path: `/containers/${Id}/json` }, signal);
    // The runtime's own process, with what it needs for itself, until the workload's takes its place.
    await expect.poll(() => readFileSync(`/proc/${State.Pid}/cmdline`, 'utf8')).toMatch(/^\/bin\/sleep/);
    return {
      id,
      pid: State.Pid,
      [Symbol.asyncDispose]: () => driver.act(id, 'remove', { force: true }, signal).catch(() => {}),
    };
  }

  /** A file of a controller's group, found by the test itself: this machine has v1 controllers, others may have v2. */
  function cgroupFile(pid: number, controller: string, file: { v1: string; v2: string }): string {
    const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').trim().split('\n');
    const v1 = lines.find((line) => line.split(':')[1]?.split(',').includes(controller));
    const path = (v1 ?? lines.find((line) => line.startsWith('0::')) ?? '').split(':')[2];
    return readFileSync(
      v1 === undefined ? `/sys/fs/cgroup${path}/${file.v2}` : `/sys/fs/cgroup/${controller}${path}/${file.v1}`,
      'utf8',
    ).trim();
  }
  const memoryMax = (pid: number) => Number(cgroupFile(pid, 'memory', { v1: 'memory.limit_in_bytes', v2: 'memory.max' }));
  const pidsMax = (pid: number) => cgroupFile(pid, 'pids', { v1: 'pids.max', v2: 'pids.max' });

  async function look(id: MachineId) {
    const isolation = await service.get(id, signal);
    if (isolation.kind !== 'container') throw new Error('not a container');
    return isolation;
  }

  test('namespaces and process ids are those that the test reads itself', async () => {
    await using machine = await run();
    const seen = await look(machine.id);
    const namespaces = valueIn(seen.namespaces);
    for (const { kind, id } of namespaces) expect(`${kind}:[${id}]`).toBe(readlinkSync(`/proc/${machine.pid}/ns/${kind}`));
    expect(namespaces.map(({ kind }) => kind)).toEqual(namespaceKind.options);
    const own = (kind: string) => namespaces.some((one) => one.kind === kind && one.id !== one.hostId && one.hostId !== null);
    expect(['mnt', 'pid', 'net', 'ipc', 'uts'].map(own)).toEqual([true, true, true, true, true]);
    expect(own('time')).toBe(false);

    const [first, parent] = valueIn(seen.chain);
    expect(first).toMatchObject({ pid: machine.pid, innerPid: 1, name: 'sleep' });
    expect(parent?.name).toMatch(podman ? /^conmon/ : /^containerd-shim/);
    expect(valueIn(seen.processes).shown.map(({ pid }) => pid)).toEqual([machine.pid]);
  });

  test('a namespace that is shared with the host is told to be the host’s', async () => {
    await using machine = await run({ NetworkMode: 'host', PidMode: 'host' });
    const shared = valueIn((await look(machine.id)).namespaces).filter(({ id, hostId }) => id === hostId);
    expect(shared.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['net', 'pid']));
  });

  test('capabilities: what engines leave, none, and one that is added', async () => {
    await using usual = await run();
    await using none = await run({ CapDrop: ['ALL'] });
    await using more = await run({ CapAdd: ['SYS_ADMIN'] });
    const [left, nothing, added] = await Promise.all([usual, none, more].map(async ({ id }) => valueIn((await look(id)).capabilities)));
    expect(left?.bounding).toContain('CHOWN');
    expect(left?.dropped).toContain('SYS_ADMIN');
    expect(nothing).toMatchObject({ bounding: [], effective: [] });
    expect(nothing?.dropped.length).toBeGreaterThanOrEqual(38);
    expect(added?.bounding).toContain('SYS_ADMIN');
  });

  test('seccomp and no new privileges', async () => {
    await using usual = await run();
    await using open = await run({ SecurityOpt: ['seccomp=unconfined', 'no-new-privileges'] });
    expect(valueIn((await look(usual.id)).security)).toMatchObject({ seccomp: 'filter', noNewPrivileges: false });
    expect(valueIn((await look(open.id)).security)).toMatchObject({ seccomp: 'off', noNewPrivileges: true });
  });

  test('the root, and a read-only mount of a folder of the host with an awkward name', async () => {
    const folder = `/tmp/ct iso ${process.pid}`;
    await host.makeFolder(folder, signal);
    try {
      await using machine = await run({
        ReadonlyRootfs: true,
        Mounts: [{ Type: 'bind', Source: folder, Target: '/data', ReadOnly: true }],
      });
      const seen = await look(machine.id);
      expect(valueIn(seen.mounts)).toContainEqual(
        expect.objectContaining({ mountPoint: '/data', origin: 'host', hostPath: folder, readOnly: true }),
      );
      const root = valueIn(seen.root);
      expect(root.readOnly).toBe(true);
      if (root.overlay !== null) expect(root.overlay.lower.length).toBeGreaterThan(0);
      expect(valueIn(seen.users).users).toEqual([{ inside: 0, outside: 0, count: 4294967295 }]);
    } finally {
      await host.remove(folder, signal);
    }
  });

  test('a container that does not run has no isolation, and one that ends meanwhile says so', async () => {
    const machine = await run();
    const looking = (async () => {
      while (true) await service.get(machine.id, signal);
    })();
    // It may end before it is waited for.
    looking.catch(() => {});
    await driver.act(machine.id, 'kill', { force: false }, signal);
    await expect(looking).rejects.toMatchObject({ code: 'wrongState' });
    await expect(service.get(machine.id, signal)).rejects.toMatchObject({ reason: 'machineNotRunning' });
    await machine[Symbol.asyncDispose]();
    await expect(service.get(machine.id, signal)).rejects.toMatchObject({ reason: 'machineMissing' });
  });

  test('limits change while it runs: the kernel has them, and so has the inventory', async () => {
    await using machine = await run({ Memory: 64 * MIB, MemorySwap: 64 * MIB, NanoCpus: 500_000_000, PidsLimit: 50 });
    const limits = facetOf(driver, 'limits');
    const shown = async () => (await driver.list(signal)).find(({ id }) => id === machine.id)?.limits;
    // The runtime's own processes are counted until the workload's takes their place.
    await expect.poll(async () => (await limits.get(machine.id, signal)).use.processes).toBe(1);
    expect(await limits.get(machine.id, signal)).toMatchObject({
      limits: { cpus: 0.5, memoryBytes: 64 * MIB, swapBytes: 0, processes: 50 },
      kept: !podman,
    });
    // Up and down, memory without its swap and with it: v1 lets neither pass the other.
    for (const [memoryBytes, swapBytes] of [
      [256 * MIB, 0],
      [32 * MIB, 32 * MIB],
      [512 * MIB, undefined],
    ] as const) {
      await limits.set(machine.id, { memoryBytes, ...(swapBytes === undefined ? {} : { swapBytes }) }, signal);
      expect(memoryMax(machine.pid)).toBe(memoryBytes);
      expect(await shown()).toMatchObject({ memoryBytes });
    }
    expect((await limits.get(machine.id, signal)).limits).toMatchObject({ swapBytes: 32 * MIB });

    await limits.set(machine.id, { cpus: 1.5, processes: 100, cpuShares: 512 }, signal);
    expect(await shown()).toMatchObject({ cpus: 1.5, processes: 100 });
    expect(pidsMax(machine.pid)).toBe('100');
    const seen = valueIn((await look(machine.id)).cgroups).values;
    expect(seen.find((value) => value.name === 'cpuCores')?.value).toBe(1.5);
    expect(seen.find((value) => value.name === 'pidsMax')?.value).toBe(100);

    await limits.set(machine.id, { processes: null }, signal);
    expect(pidsMax(machine.pid)).toBe('max');
    expect((await limits.get(machine.id, signal)).limits).toMatchObject({ cpuShares: 512, processes: null });
  });

  test('limits that cannot be are refused, and nothing has changed', async () => {
    await using machine = await run({ Memory: 64 * MIB, MemorySwap: 64 * MIB });
    const limits = facetOf(driver, 'limits');
    const { host: size, removable } = await limits.get(machine.id, signal);
    await expect(limits.set(machine.id, { memoryBytes: MIB }, signal)).rejects.toMatchObject({ reason: 'limitTooLow' });
    await expect(limits.set(machine.id, { cpus: size.cpus + 1 }, signal)).rejects.toMatchObject({ reason: 'limitTooHigh' });
    await expect(limits.set(machine.id, { memoryBytes: size.memoryBytes + MIB }, signal)).rejects.toMatchObject({ reason: 'limitTooHigh' });
    expect(memoryMax(machine.pid)).toBe(64 * MIB);
    if (removable.includes('memoryBytes')) {
      await limits.set(machine.id, { memoryBytes: null }, signal);
      expect((await limits.get(machine.id, signal)).limits.memoryBytes).toBeNull();
    } else {
      await expect(limits.set(machine.id, { memoryBytes: null }, signal)).rejects.toMatchObject({ reason: 'limitNotRemovable' });
    }
    await driver.act(machine.id, 'remove', { force: true }, signal);
    await expect(limits.set(machine.id, { cpus: 1 }, signal)).rejects.toMatchObject({ reason: 'machineMissing' });
  });

  test('an I/O weight is set, or the engine’s reason why not is told', async () => {
    await using machine = await run();
    const limits = facetOf(driver, 'limits');
    try {
      await limits.set(machine.id, { ioWeight: 300 }, signal);
      expect((await limits.get(machine.id, signal)).limits.ioWeight).toBe(300);
    } catch (error) {
      expect(error).toBeInstanceOf(AppError);
      expect(error).toMatchObject({ reason: expect.stringMatching(/^(limitIgnored|engineRefused)$/) });
    }
  });

  test('the restart policy of a container that exists', async () => {
    await using machine = await run({ RestartPolicy: { Name: 'no' } });
    const restart = facetOf(driver, 'restart');
    const policy = async () => (await driver.list(signal)).find(({ id }) => id === machine.id)?.restartPolicy;
    if (restart.setPolicy === undefined) {
      expect(podman).toBe(true);
    } else {
      await restart.setPolicy(machine.id, { name: 'on-failure', maximumRetries: 3 }, signal);
      expect(await policy()).toEqual({ name: 'on-failure', maximumRetries: 3 });
      await restart.setPolicy(machine.id, { name: 'unless-stopped', maximumRetries: 0 }, signal);
      expect(await policy()).toEqual({ name: 'unless-stopped', maximumRetries: 0 });
    }
    expect((await restart.afterReboot(signal)).what).toMatch(podman ? /^(podmanRestart|unknown)/ : /^(engine|unknown)/);
  });
});

function valueIn<T>(part: Readable<T>): T {
  if ('problem' in part) throw new Error(part.problem.message);
  return part.value;
}
