import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TEST_HARDWARE } from '../../../testing/vm-hardware.ts';
import { engineId, imageId, toProblem } from '../../contract/index.ts';
import { silentLogger } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import { createLocalHost } from '../../hosts/local.ts';
import { type Definition, diskOf, ROOT_DISK } from './definition.ts';
import { launchError, qemuWords } from './errors.ts';
import { toMachine, type VmState } from './machines.ts';
import { diskCounters, usedMemory } from './metrics.ts';
import { formatEvent, formatTiming, NO_RUN, parseTiming, readRun } from './run-events.ts';
import { LiveRunState } from './run-state.ts';

const engine = engineId.parse('qemu-local');
const value: Definition = {
  version: 2,
  name: 'web-1',
  createdAtMs: 1,
  twinId: null,
  autostart: false,
  cpus: 1,
  memoryBytes: 128 * 1024 * 1024,
  ports: [],
  disks: [diskOf(ROOT_DISK, 64 * 1024 * 1024)],
  snapshotId: null,
  saved: null,
  guest: {
    type: 'workload',
    image: { id: imageId.parse('docker-default/sha256:abc'), name: 'web' },
    processes: null,
    startWay: null,
    process: { entrypoint: [], command: [], env: [], workingDir: '', user: '', exposedPorts: [], stopSignal: null, volumes: [] },
  },
  finished: true,
  problem: null,
};
const vm: VmState = {
  id: 'a1b2',
  folder: '/data/vms/a1b2',
  definition: { value, problem: null },
  creating: null,
  phase: 'idle',
  isUp: false,
  make: null,
  isPaused: false,
  diskError: null,
  run: NO_RUN,
  timing: null,
  startProblem: null,
  addresses: [],
  foundNothingToBoot: false,
  qemuWords: 'it said nothing',
};
const launched = { ...NO_RUN, launchedAtMs: 1 };
const started = { ...launched, startedAtMs: 2 };

function row(changes: Partial<VmState>) {
  const { state, problem, exitCode, actions } = toMachine({ ...vm, ...changes }, { engineId: engine, prepared: null });
  return { state, reason: problem?.reason ?? null, exitCode, actions };
}

describe('the state of a machine', () => {
  test.each<[string, Partial<VmState>, object]>([
    ['never ran', {}, { state: 'stopped', reason: null, exitCode: null }],
    ['waits for its accelerator', { phase: 'starting' }, { state: 'starting' }],
    ['boots', { isUp: true, run: launched }, { state: 'starting' }],
    ['runs', { isUp: true, run: started }, { state: 'running' }],
    ['is paused', { isUp: true, isPaused: true, run: started }, { state: 'paused' }],
    ['is being stopped', { isUp: true, phase: 'stopping', run: started }, { state: 'stopping' }],
    ['ended', { run: { ...started, exitCode: 3 } }, { state: 'stopped', exitCode: 3, reason: null }],
    ['lost its QEMU', { run: started }, { state: 'failed', reason: 'qemuExited' }],
    [
      'could not start',
      { startProblem: toProblem('portTaken', { port: 1, owner: 'x', next: 2 }) },
      { state: 'failed', reason: 'portTaken' },
    ],
  ])('%s', (_, changes, expected) => {
    expect(row(changes)).toMatchObject(expected);
  });

  test('while its disk is made it is creating; when the app ended meanwhile, it can only be removed', () => {
    const definition = { value: { ...value, finished: false }, problem: null };
    expect(row({ definition, creating: { progress: 0.5 } })).toMatchObject({ state: 'creating', actions: ['remove'] });
    expect(toMachine({ ...vm, definition, creating: { progress: 0.5 } }, { engineId: engine, prepared: null }).progress).toBe(0.5);
    expect(row({ definition })).toMatchObject({ state: 'failed', reason: 'diskUnfinished', actions: ['remove'] });
    const failed = { value: { ...value, finished: false, problem: toProblem('noSpace', { path: '/', neededMiB: 1 }) }, problem: null };
    expect(row({ definition: failed })).toMatchObject({ state: 'failed', reason: 'noSpace', actions: ['remove'] });
  });

  test('one whose definition is nonsense is listed under its folder’s name', () => {
    const problem = toProblem('definitionInvalid', { path: 'p', message: 'm' });
    const definition = { value: null, problem };
    expect(toMachine({ ...vm, definition }, { engineId: engine, prepared: null })).toMatchObject({
      name: 'a1b2',
      state: 'failed',
      problem,
      actions: ['remove'],
      terminals: [],
    });
  });
});

describe('the events of a run', () => {
  const lines = [
    formatEvent('launched', { timeMs: 1 }),
    '{"event":"ready","timeMs":2,"kernelRelease":"6.1.0","shell":true}\n',
    '{"event":"started","timeMs":3,"pid":81}\n',
  ].join('');

  test('are added up, and a line that was cut off is left out', () => {
    expect(readRun(`${lines}{"event":"exi`)).toEqual({
      ...NO_RUN,
      launchedAtMs: 1,
      way: 'boot',
      kernelRelease: '6.1.0',
      hasShell: true,
      startedAtMs: 3,
    });
    expect(readRun(`${lines}{"event":"exited","timeMs":4,"exitCode":143}\n`).exitCode).toBe(143);
    expect(readRun('')).toEqual(NO_RUN);
  });

  test('what its start took is known of that run, and of no other', () => {
    const timing = { requestedAtMs: 1, preparationMs: 0, runningMs: 800, firstOutputMs: null };
    const text = formatTiming(timing, launched);
    expect(parseTiming(text, launched)).toEqual(timing);
    expect(parseTiming(text, { launchedAtMs: 9 })).toBeNull();
    expect(parseTiming(text.slice(0, -5), launched)).toBeNull();
    expect(parseTiming('{"launchedAtMs":1}', launched)).toBeNull();
    expect(parseTiming('', NO_RUN)).toBeNull();
  });

  test('are not taken back by who read them before and says so later, until another run begins', () => {
    const state = new LiveRunState(() => {});
    state.begin(launched);
    state.setBook(lines);
    state.setBookQuietly(lines.slice(0, -1));
    state.setBookQuietly('');
    expect(state.now.run.startedAtMs).toBe(3);
    // Written anew with one line more, and read twice by who follows the file.
    const ended = `${lines}${formatEvent('exited', { timeMs: 4, exitCode: 0 })}`;
    state.setBook(lines + lines);
    state.setBook(ended);
    expect(state.now.run.exitCode).toBe(0);
    state.begin(launched);
    state.setBook(lines.slice(0, 40));
    expect(state.now.run.startedAtMs).toBeNull();
  });

  test('a failure is a problem with its reason', () => {
    const failed = (reason: string) => readRun(`${lines}${formatEvent('failed', { timeMs: 4, reason, message: '/no/such' })}`).problem;
    expect(failed('entrypointMissing')).toMatchObject({ reason: 'entrypointMissing', params: { entrypoint: '/no/such' } });
    expect(failed('whatever')).toMatchObject({ reason: 'guestFailed' });
  });
});

describe('what QEMU says', () => {
  const never = new AbortController().signal;
  let host: Host;
  beforeAll(() => {
    host = createLocalHost({ logger: silentLogger });
  });
  afterAll(() => host[Symbol.asyncDispose]());

  test.each([
    ['Image is not in qcow2 format', { reason: 'diskDamaged', params: { path: '/vms/a "b"/disk.qcow2' } }],
    ['Failed to get "write" lock\nIs another process using the image [/x y]?', { reason: 'diskInUse', params: { path: '/x y' } }],
    ["Could not open '/vms/base.ext4': No such file or directory", { reason: 'diskBaseMissing', params: { base: '/vms/base.ext4' } }],
    ["Could not open '/vms/a': Permission denied", { reason: 'fileDenied', params: { path: '/vms/a' } }],
  ])('of a disk: %s', async (words, expected) => {
    const file = { driver: 'file', filename: '/vms/a "b"/disk.qcow2', discard: 'unmap' };
    const option = JSON.stringify({ driver: 'qcow2', 'node-name': 'root', 'read-only': false, file });
    const stderr = `qemu-system-x86_64: -blockdev ${option}: ${words}\n`;
    expect((await launchError(host, { stderr, nextPort: async (port) => port }, never)).problem).toMatchObject(expected);
  });

  test('a taken port is told with the next one', async () => {
    const words = "qemu-system-x86_64: -netdev user,id=net: Could not set up host forwarding rule 'tcp:127.0.0.1:8080-:80'\n";
    const error = await launchError(host, { stderr: words, nextPort: async (port) => port + 2 }, never);
    expect(error.problem).toMatchObject({ reason: 'portTaken', params: { port: 8080, next: 8082 } });
  });

  test('else its last words are told', async () => {
    const words = 'a\nqemu-system-x86_64: no such machine\n\n';
    expect((await launchError(host, { stderr: words, nextPort: async (port) => port }, never)).problem).toMatchObject({
      reason: 'qemuFailed',
      params: { message: 'no such machine' },
    });
    expect(qemuWords('')).toBe('it said nothing');
  });

  test('counters that it does not know are not numbers', () => {
    expect(diskCounters([{ stats: { rd_bytes: 5, wr_bytes: 7 } }, { stats: { rd_bytes: 1, wr_bytes: 0 } }])).toEqual({
      diskReadBytes: 6,
      diskWriteBytes: 7,
    });
    expect(diskCounters(null).diskReadBytes).toBeNaN();
    expect(usedMemory({ stats: { 'stat-total-memory': 100, 'stat-available-memory': 60 } })).toBe(40);
    expect(usedMemory({ stats: { 'stat-total-memory': 2 ** 64, 'stat-available-memory': 2 ** 64 } })).toBeNaN();
    expect(usedMemory({ stats: { 'stat-total-memory': 0, 'stat-available-memory': 0 } })).toBeNaN();
    expect(usedMemory(null)).toBeNaN();
  });
});

test('what was changed since the start counts from the next one on, and no more once it has ended', () => {
  const summary = (changes: Partial<VmState>) =>
    toMachine({ ...vm, run: started, ...changes }, { engineId: engine, prepared: null }).vm?.atNextStart;
  const make = { cpus: value.cpus, memoryBytes: value.memoryBytes, hardware: null };
  expect(summary({ isUp: true, make })).toEqual([]);
  expect(summary({ isUp: true, make: { ...make, cpus: value.cpus + 1 } })).toEqual(['cpus']);
  expect(summary({ isUp: false, make: { ...make, cpus: value.cpus + 1 } })).toEqual([]);
  expect(summary({ isUp: true, make: null })).toEqual([]);
});

test('what runs is shown as it runs, whatever is to come at the next start', () => {
  const shown = (of: Pick<VmState, 'isUp'>) => {
    const guest = {
      type: 'system' as const,
      source: null,
      hardware: { ...TEST_HARDWARE, network: { type: 'none' as const }, serialPorts: 1 },
    };
    const make = { cpus: 1, memoryBytes: 2 ** 28, hardware: { ...TEST_HARDWARE, serialPorts: 2, display: 'std' as const } };
    const ports = [{ protocol: 'tcp' as const, hostAddress: '', hostPort: 2222, machinePort: 22 }];
    const state: VmState = { ...vm, run: started, ...of, make, definition: { value: { ...value, guest, cpus: 4, ports }, problem: null } };
    return toMachine(state, { engineId: engine, prepared: null });
  };
  expect(shown({ isUp: true })).toMatchObject({
    limits: { cpus: 1, memoryBytes: 2 ** 28 },
    terminals: ['console', 'serial2'],
    ports: [{ hostPort: 2222 }],
    vm: { display: true, atNextStart: ['cpus', 'memoryBytes', 'network', 'display', 'serialPorts'] },
  });
  expect(shown({ isUp: false })).toMatchObject({ limits: { cpus: 4 }, terminals: [], ports: [], vm: { display: false, atNextStart: [] } });
});
