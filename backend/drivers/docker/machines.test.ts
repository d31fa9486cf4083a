import { expect, test } from 'vitest';
import { engineId, toProblem } from '../../contract/index.ts';
import { LABELS } from '../driver.ts';
import type { ContainerInspect } from './engine-api.ts';
import { toMachine } from './machines.ts';

const context = { engineId: engineId.parse('docker-test'), kernelRelease: '6.1.0', startProblem: null };
const NEVER = '0001-01-01T00:00:00Z';
const THEN = '2026-11-22T05:00:00.5Z';

const container: ContainerInspect = {
  Id: 'a'.repeat(64),
  Name: '/web',
  Created: THEN,
  Path: '/bin/sh',
  Args: [],
  Image: `sha256:${'b'.repeat(64)}`,
  RestartCount: 0,
  Driver: 'overlay2',
  State: {
    Status: 'created',
    Running: false,
    Paused: false,
    OOMKilled: false,
    Pid: 0,
    ExitCode: 0,
    Error: '',
    StartedAt: NEVER,
    FinishedAt: NEVER,
  },
  Config: {
    Hostname: 'web',
    User: '',
    Tty: false,
    OpenStdin: false,
    Env: null,
    Cmd: null,
    Entrypoint: null,
    Image: 'docker.io/library/debian:12',
    WorkingDir: '',
    Labels: null,
  },
  HostConfig: {
    NetworkMode: 'default',
    PortBindings: null,
    RestartPolicy: null,
    AutoRemove: false,
    Privileged: false,
    ReadonlyRootfs: false,
    CapAdd: null,
    CapDrop: null,
    SecurityOpt: null,
    PidMode: '',
    IpcMode: '',
    UsernsMode: '',
    Runtime: 'runc',
    NanoCpus: 0,
    CpuQuota: 0,
    CpuPeriod: 0,
    Memory: 0,
    MemorySwap: 0,
    PidsLimit: null,
    CpuShares: 0,
    BlkioWeight: 0,
    LogConfig: { Type: 'json-file' },
  },
  NetworkSettings: { Ports: null, Networks: null },
  Mounts: null,
};

const withState = (state: Partial<ContainerInspect['State']>): ContainerInspect => ({
  ...container,
  State: { ...container.State, ...state },
});

test.each([
  ['created', {}, 'stopped'],
  ['running', { Running: true, Pid: 7, StartedAt: THEN }, 'running'],
  ['paused', { Running: true, Paused: true, StartedAt: THEN }, 'paused'],
  ['running', { Running: true, Paused: true, StartedAt: THEN }, 'paused'],
  ['restarting', { StartedAt: THEN }, 'starting'],
  ['removing', { StartedAt: THEN }, 'stopping'],
  ['exited', { StartedAt: THEN, ExitCode: 3 }, 'stopped'],
  ['dead', { StartedAt: THEN }, 'failed'],
  // Podman's own words.
  ['configured', {}, 'stopped'],
  ['initialized', {}, 'stopped'],
  ['stopped', { StartedAt: THEN }, 'stopped'],
] as const)('%s %o is %s', (Status, state, expected) => {
  expect(toMachine(withState({ ...state, Status }), context).state).toBe(expected);
});

test('an exit code belongs to a run that is over', () => {
  expect(toMachine(container, context).exitCode).toBeNull();
  expect(toMachine(withState({ Status: 'running', Running: true, StartedAt: THEN }), context).exitCode).toBeNull();
  expect(toMachine(withState({ Status: 'exited', StartedAt: THEN, ExitCode: 3 }), context).exitCode).toBe(3);
});

test('why it failed: in the engine’s state, or remembered where the engine forgets', () => {
  const message =
    'OCI runtime create failed: unable to start container process: exec: "/nope": stat /nope: no such file or directory: unknown';
  const failed = toMachine(withState({ Error: message, ExitCode: 127 }), context);
  expect(failed).toMatchObject({ state: 'failed', problem: { reason: 'entrypointMissing', params: { entrypoint: '/nope' } } });
  const startProblem = toProblem('portTaken', { port: 80, owner: 'nginx', next: 81 });
  expect(toMachine(container, { ...context, startProblem })).toMatchObject({ state: 'failed', problem: startProblem });
  const running = withState({ Status: 'running', Running: true, StartedAt: THEN });
  expect(toMachine(running, { ...context, startProblem })).toMatchObject({ state: 'running', problem: null });
});

test('ports: the live ones of a machine that runs, once each, though the engine tells them for IPv4 and IPv6', () => {
  const bindings = { '80/tcp': [{ HostIp: '', HostPort: '8080' }], '53/udp': [{ HostIp: '127.0.0.1', HostPort: '0' }], '9/sctp': [] };
  const live = {
    '80/tcp': [
      { HostIp: '0.0.0.0', HostPort: '8080' },
      { HostIp: '::', HostPort: '8080' },
    ],
    '53/udp': [{ HostIp: '127.0.0.1', HostPort: '32768' }],
    '443/tcp': null,
  };
  const of = (state: Partial<ContainerInspect['State']>) =>
    toMachine(
      {
        ...withState(state),
        HostConfig: { ...container.HostConfig, PortBindings: bindings },
        NetworkSettings: { Ports: live, Networks: null },
      },
      context,
    ).ports;
  expect(of({})).toEqual([{ protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 8080, machinePort: 80 }]);
  expect(of({ Status: 'running', Running: true })).toEqual([
    { protocol: 'tcp', hostAddress: '0.0.0.0', hostPort: 8080, machinePort: 80 },
    { protocol: 'udp', hostAddress: '127.0.0.1', hostPort: 32768, machinePort: 53 },
  ]);
});

test('limits: in whichever way they were set; none is null', () => {
  const limits = (change: Partial<ContainerInspect['HostConfig']>) =>
    toMachine({ ...container, HostConfig: { ...container.HostConfig, ...change } }, context).limits;
  expect(limits({})).toEqual({ cpus: null, memoryBytes: null, processes: null });
  expect(limits({ NanoCpus: 1.5e9, Memory: 1024, PidsLimit: 5 })).toEqual({ cpus: 1.5, memoryBytes: 1024, processes: 5 });
  expect(limits({ CpuQuota: 50_000, CpuPeriod: 100_000, PidsLimit: -1 })).toEqual({ cpus: 0.5, memoryBytes: null, processes: null });
});

test('the image is called as people call it, and a nonsense label is no twin', () => {
  expect(toMachine(container, context).image?.name).toBe('debian:12');
  const labelled = {
    ...container,
    Config: { ...container.Config, Labels: { [LABELS.image]: 'catamaran/starter:latest', [LABELS.twin]: '!' } },
  };
  expect(toMachine(labelled, context)).toMatchObject({ image: { name: 'catamaran/starter:latest' }, twinId: null });
});
