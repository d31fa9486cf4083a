import { mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startDockerd } from '../testing/engines.ts';
import { temporaryFolder } from '../testing/temporary.ts';
import { testQemuOptions } from '../testing/test-guests.ts';
import { APP_SUBJECT, type InventorySnapshot, type Machine, type MachineId, twinId } from './contract/index.ts';
import { silentLogger, systemClock } from './core/index.ts';
import { type Backend, createBackend } from './index.ts';
import { createPaths, makeFolders } from './settings/index.ts';

/** The whole backend, as its entries put it together, on engines and guests of the test's own. */
const never = new AbortController().signal;

async function openBackend(folder: string, env: NodeJS.ProcessEnv): Promise<Backend> {
  const home = join(folder, 'home');
  const paths = createPaths({ home, env: { CATAMARAN_HOME: join(folder, 'data') } });
  await makeFolders(paths);
  const { guestInit, kernelsDir, cacheDir } = await testQemuOptions(folder);
  // Shared by all tests: a kernel is large, and trying accelerators takes seconds.
  for (const [target, link] of [
    [kernelsDir, paths.kernels],
    [cacheDir, paths.guests],
  ] as const) {
    await rm(link, { force: true });
    await symlink(target, link);
  }
  return createBackend(
    {
      paths,
      mode: 'browser',
      appVersion: '0.0.0',
      clock: systemClock,
      logger: silentLogger,
      guestInit,
      catalogueDir: join(import.meta.dirname, '..', 'assets', 'catalogue'),
      env: { PATH: process.env.PATH, HOME: home, ...env },
    },
    never,
  );
}

/** A folder with all commands of this machine but those. */
async function pathWithout(folder: string, names: RegExp): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  for (const from of ['/usr/sbin', '/usr/bin']) {
    for (const name of await readdir(from)) if (!names.test(name)) await symlink(join(from, name), join(bin, name)).catch(() => {});
  }
  return bin;
}

/** Waits for the picture that a page would show. */
async function picture(backend: Backend, condition: (picture: InventorySnapshot) => boolean): Promise<InventorySnapshot> {
  const end = new AbortController();
  try {
    // A second reader gets a snapshot first: each change is answered with a whole picture.
    for await (const _change of backend.services.inventory.watch(end.signal)) {
      const first = await backend.services.inventory.watch(end.signal)[Symbol.asyncIterator]().next();
      const whole = first.value as InventorySnapshot;
      if (condition(whole)) return whole;
    }
  } finally {
    end.abort();
  }
  throw new Error('the inventory ended');
}

const containers = ({ machines }: InventorySnapshot) => machines.filter((machine) => machine.kind === 'container');

test('an engine that is killed takes its rows along and brings them back; nothing is listed twice', async () => {
  await using folder = await temporaryFolder();
  await using engine = await startDockerd();
  await using backend = await openBackend(folder.path, { DOCKER_HOST: `unix://${engine.socket}` });
  const { images } = await picture(backend, (now) => now.images.some((image) => image.starter));
  // Whoever asks for an image gets one that can be used at once.
  const { imageId } = await backend.services.images.buildStarter({ engineId: images[0]!.engineId });
  await backend.services.images.remove(imageId, never);
  const again = await backend.services.images.buildStarter({ engineId: images[0]!.engineId });
  const { machineId } = await backend.services.machines.run({ imageId: again.imageId, as: 'container' });
  const before = await picture(backend, (now) =>
    containers(now).some(({ state, startTiming }) => state === 'running' && startTiming?.firstOutputMs != null),
  );
  expect(containers(before)).toMatchObject([{ id: machineId, state: 'running', problem: null }]);

  await engine.stop();
  const dockers = ({ engines }: InventorySnapshot) => engines.filter(({ product }) => product === 'docker');
  const away = await picture(backend, (now) => containers(now).length === 0 && dockers(now)[0]?.health.status === 'unreachable');
  expect(away.images).toEqual([]);
  expect(dockers(away)).toMatchObject([{ health: { problem: { code: 'unreachable' } } }]);
  expect(await backend.services.machines.act([machineId], 'stop', { force: false })).toMatchObject([
    { problem: { reason: 'machineMissing' } },
  ]);

  await engine.restart();
  // Its containers ended with it: dockerd was not told to keep them alive.
  const back = await picture(backend, (now) => containers(now).length > 0);
  expect(containers(back).map(({ id }) => id)).toEqual([machineId]);
  expect(dockers(back)).toMatchObject([{ health: { status: 'healthy', problem: null } }]);
  expect(await backend.services.machines.act([machineId], 'remove', { force: true })).toEqual([{ id: machineId, problem: null }]);
});

test('no engine, and none that can be installed: each says what to do', async () => {
  await using folder = await temporaryFolder();
  await using backend = await openBackend(folder.path, { PATH: await pathWithout(folder.path, /^(podman|docker|qemu-)/) });
  const { engines, machines } = await picture(backend, (now) => {
    const tried = now.engines.filter(({ health }) => health.status === 'unreachable' && health.problem !== null);
    return tried.length === 2;
  });
  expect(machines).toEqual([]);
  const said = Object.fromEntries(engines.map(({ machineKind, health }) => [machineKind, health.problem?.message]));
  expect(said.container).toMatch(/podman is not installed.*apt install podman/);
  expect(said.vm).toMatch(/QEMU is not installed.*apt install qemu-system-x86/);
});

test('twins go on running when the app ends, and are found again by the next one, with their past', async () => {
  await using folder = await temporaryFolder();
  const twin = twinId.parse('the-twin');
  const ids: MachineId[] = [];
  let startedAtMs: (number | null)[] = [];
  let ofVm: Machine | undefined;
  {
    await using backend = await openBackend(folder.path, {});
    const { images } = await picture(backend, (now) => now.images.some((image) => image.starter));
    await picture(backend, (now) => now.engines.some(({ machineKind, health }) => machineKind === 'vm' && health.status === 'healthy'));
    const run = (as: 'container' | 'vm') => backend.services.machines.run({ imageId: images[0]!.id, as, twinId: twin });
    for (const { machineId } of await Promise.all([run('container'), run('vm')])) ids.push(machineId);
    const now = await picture(backend, ({ machines }) =>
      machines.every(({ state, startTiming }) => state === 'running' && startTiming?.firstOutputMs != null),
    );
    expect(now.machines.map(({ state, twinId: of }) => ({ state, of }))).toEqual([
      { state: 'running', of: twin },
      { state: 'running', of: twin },
    ]);
    // Halves of a twin are known by one name; their kernels tell them apart.
    expect(new Set(now.machines.map(({ name }) => name)).size).toBe(1);
    expect(new Set(now.machines.map(({ kernelRelease }) => kernelRelease)).size).toBe(2);
    // Neither has more than the other: the container is held to what the virtual machine has.
    const [container, vm] = ids.map((id) => now.machines.find((machine) => machine.id === id));
    expect(container?.limits).toEqual({ cpus: 1, memoryBytes: 256 * 1024 * 1024, processes: null });
    expect(vm?.limits).toEqual(container?.limits);
    ofVm = vm;
    startedAtMs = ids.map((id) => now.machines.find((machine) => machine.id === id)?.startedAtMs ?? null);
    const measured = new Set<string>();
    for await (const tick of backend.services.metrics.watch({ subjects: null, hz: 1 }, never)) {
      for (const { subject, values } of tick.samples) if (values[1] != null && !Number.isNaN(values[1])) measured.add(subject);
      if ([...ids, APP_SUBJECT].every((subject) => measured.has(subject))) break;
    }
  }
  await using backend = await openBackend(folder.path, {});
  const { services } = backend;
  const again = await picture(backend, ({ machines }) => machines.filter(({ state }) => state === 'running').length === 2);
  expect(again.machines.map(({ id }) => id).sort()).toEqual([...ids].sort());
  expect(ids.map((id) => again.machines.find((machine) => machine.id === id)?.startedAtMs)).toEqual(startedAtMs);
  // Which way it was started and what that took is said by the next app as by the one that did it.
  expect(again.machines.find(({ kind }) => kind === 'vm')).toMatchObject({ startWay: ofVm?.startWay, startTiming: ofVm?.startTiming });
  const toMs = Date.now();
  for (const subject of ids) {
    const { means } = await services.metrics.history({ subject: subject as never, fromMs: toMs - 900_000, toMs, points: 900 });
    expect(
      means[1]!.some((value) => value !== null),
      `${subject} has a past`,
    ).toBe(true);
  }
  expect(await services.machines.act(ids, 'remove', { force: true })).toEqual(ids.map((id) => ({ id, problem: null })));
  expect((await picture(backend, ({ machines }) => machines.length === 0)).machines).toEqual([]);
  for (const image of again.images) await services.images.remove(image.id, never);
});
