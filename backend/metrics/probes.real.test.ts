import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSshd } from '../../testing/sshd.ts';
import { temporaryFolder } from '../../testing/temporary.ts';
import {
  APP_SUBJECT,
  hostId,
  hostSubject,
  METRICS,
  type Metric,
  type MetricSubject,
  type MetricsTick,
  metricSubject,
} from '../contract/index.ts';
import { silentLogger, systemClock } from '../core/index.ts';
import type { Counters, MetricsSource } from '../drivers/driver.ts';
import type { Host } from '../hosts/host.ts';
import { createLocalHost } from '../hosts/local.ts';
import { connectSshHost } from '../hosts/ssh.ts';
import { createMetrics, type Metrics } from './index.ts';

const SUBJECT = metricSubject.parse('test/one');
const ALWAYS = new AbortController().signal;
const MIB = 1024 * 1024;

interface Parts {
  host: Host;
  metrics: Metrics;
  follow: (source: MetricsSource) => void;
}

async function withMetrics(work: (parts: Parts) => Promise<void>): Promise<void> {
  await using folder = await temporaryFolder();
  await using host = createLocalHost({ logger: silentLogger });
  await using metrics = createMetrics({
    historyFile: join(folder.path, 'history.sqlite'),
    historyBytes: () => 64 * MIB,
    clock: systemClock,
    logger: silentLogger,
  });
  await work({ host, metrics, follow: (source) => metrics.attach({ subject: SUBJECT, host, open: async () => source }) });
}

/** Waits for the first tick of which `wanted` holds; fails by the test's own time limit. */
async function tickWhere(metrics: Metrics, subject: MetricSubject, wanted: (value: (metric: Metric) => number | null) => boolean) {
  const watching = new AbortController();
  for await (const tick of metrics.watch({ subjects: [subject], hz: 1 }, watching.signal)) {
    const value = valuesIn(tick, subject);
    if (wanted(value)) return value;
  }
  throw new Error('the stream ended');
}

function valuesIn(tick: MetricsTick, subject: MetricSubject) {
  const sample = tick.samples.find((each) => each.subject === subject);
  return (metric: Metric) => sample?.values[METRICS.indexOf(metric)] ?? null;
}

/** A child that is ended, and its end awaited, at disposal. */
async function start(command: string, args: string[]): Promise<{ child: ChildProcess; pid: number } & AsyncDisposable> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  await once(child, 'spawn');
  return {
    child,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A control group of the test's own, in the hierarchies that this machine has. Disposing ends all that is in it. */
function createCgroup(): { add(pid: number): void } & AsyncDisposable {
  const name = `catamaran-test-${randomUUID()}`;
  const v1 = ['cpuacct', 'memory', 'pids', 'blkio'].map((controller) => `/sys/fs/cgroup/${controller}`).filter((path) => existsSync(path));
  const folders = (v1.length > 0 ? v1 : ['/sys/fs/cgroup']).map((path) => join(path, name));
  if (v1.length === 0) writeFileSync('/sys/fs/cgroup/cgroup.subtree_control', '+cpu +memory +pids +io');
  for (const folder of folders) mkdirSync(folder);
  const members = () =>
    folders.flatMap((folder) => readFileSync(join(folder, 'cgroup.procs'), 'latin1').split('\n').filter(Boolean).map(Number));
  return {
    add(pid) {
      for (const folder of folders) writeFileSync(join(folder, 'cgroup.procs'), String(pid));
    },
    async [Symbol.asyncDispose]() {
      for (let left = members(); left.length > 0; left = members()) {
        for (const pid of new Set(left)) killIfThere(pid);
        await systemClock.sleep(10);
      }
      for (const folder of folders) rmdirSync(folder);
    },
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself meanwhile.
  }
}

/** A node child that holds `mebibytes`, touched, and says "ready". */
const HOLD = (mebibytes: number) =>
  `const kept = Buffer.alloc(${mebibytes} * 1024 * 1024, 1); console.log('ready'); setInterval(() => kept[0]++, 1e6)`;

test('a control group: CPU time, memory, processes, and no network where it is the host’s', () =>
  withMetrics(async ({ metrics, follow }) => {
    await using cgroup = createCgroup();
    await using holder = await start('sh', ['-c', 'read go; while :; do :; done']);
    cgroup.add(holder.pid);
    await using keeper = await start('sh', ['-c', `read go; exec ${process.execPath} -e "${HOLD(64)}"`]);
    cgroup.add(keeper.pid);
    holder.child.stdin?.write('go\n');
    keeper.child.stdin?.write('go\n');
    await once(keeper.child.stdout!, 'data');
    follow({ type: 'cgroup', pid: holder.pid });
    const value = await tickWhere(metrics, SUBJECT, (of) => (of('cpuCores') ?? 0) > 0.05 && (of('memoryBytes') ?? 0) > 64 * MIB);
    expect(value('cpuCores')).toBeLessThan(3);
    expect(value('memoryBytes')).toBeLessThan(400 * MIB);
    expect(value('cacheBytes')).not.toBeNull();
    // Threads count.
    expect(value('processes')).toBeGreaterThan(2);
    expect(value('netReceiveBytesPerS')).toBeNull();
    expect(value('guestMemoryBytes')).toBeNull();
  }));

test('a control group: bytes that its processes write to a disk', () =>
  withMetrics(async ({ metrics, follow }) => {
    // On a disk for certain: /tmp may be memory.
    const folder = await mkdtemp('/var/tmp/ct-');
    await using stack = new AsyncDisposableStack();
    stack.defer(() => rm(folder, { recursive: true, force: true }));
    await using cgroup = createCgroup();
    const write = `while :; do dd if=/dev/zero of=${folder}/x bs=1M count=4 oflag=direct 2>/dev/null; sleep 0.2; done`;
    await using writer = await start('sh', ['-c', `read go; ${write}`]);
    cgroup.add(writer.pid);
    writer.child.stdin?.write('go\n');
    follow({ type: 'cgroup', pid: writer.pid });
    const value = await tickWhere(metrics, SUBJECT, (of) => (of('diskWriteBytesPerS') ?? 0) > 4 * MIB);
    expect(value('diskReadBytesPerS')).not.toBeNull();
  }));

test('a control group whose processes stand still keeps its numbers, and one that ended stops', () =>
  withMetrics(async ({ metrics, follow }) => {
    await using cgroup = createCgroup();
    await using sleeper = await start('sleep', ['1000']);
    cgroup.add(sleeper.pid);
    follow({ type: 'cgroup', pid: sleeper.pid });
    const value = await tickWhere(metrics, SUBJECT, (of) => of('cpuCores') === 0);
    expect(value('processes')).toBe(1);
    expect(value('memoryBytes')).not.toBeNull();
    sleeper.child.kill('SIGKILL');
    await tickWhere(metrics, SUBJECT, (of) => (of('processes') ?? 0) === 0);
  }));

test('a network namespace: what goes over its interfaces, without lo', () =>
  withMetrics(async ({ metrics, follow }) => {
    await using cgroup = createCgroup();
    // A pair of virtual cables within the namespace: what one end sends the other receives. It goes with the namespace.
    const script = [
      'ip link add left type veth peer name right',
      'ip address add 10.99.99.1/24 dev left',
      'ip link set left up; ip link set right up; ip link set lo up',
      'echo ready; read go',
      'while :; do ping -q -c 1 -W 1 -s 20000 -b 10.99.99.255 >/dev/null 2>&1; echo x >/dev/udp/10.99.99.7/9; sleep 0.05; done',
    ].join('\n');
    await using inside = await start('unshare', ['--net', 'bash', '-c', script]);
    await once(inside.child.stdout!, 'data');
    cgroup.add(inside.pid);
    follow({ type: 'cgroup', pid: inside.pid });
    inside.child.stdin?.write('go\n');
    const value = await tickWhere(metrics, SUBJECT, (of) => (of('netSendBytesPerS') ?? 0) > 0);
    expect(value('netReceiveBytesPerS')).toBeGreaterThan(0);
  }));

test('a process without a control group of its own: its tree is summed', () =>
  withMetrics(async ({ metrics, follow }) => {
    await using parent = await start('sh', ['-c', 'sh -c "while :; do :; done" & echo ready; wait']);
    await once(parent.child.stdout!, 'data');
    const children = childrenOf(parent.pid);
    try {
      follow({ type: 'cgroup', pid: parent.pid });
      const value = await tickWhere(metrics, SUBJECT, (of) => (of('cpuCores') ?? 0) > 0.05);
      expect(value('processes')).toBe(2);
    } finally {
      for (const pid of children) process.kill(pid, 'SIGKILL');
    }
  }));

test('a virtual machine: its process from outside, the rest as the hypervisor tells it', () =>
  withMetrics(async ({ metrics, follow }) => {
    await using machine = await start(process.execPath, ['-e', HOLD(100)]);
    await once(machine.child.stdout!, 'data');
    let asked = 0;
    const told: Counters = {
      guestMemoryBytes: 77,
      diskReadBytes: 0,
      diskWriteBytes: Number.NaN,
      netReceiveBytes: 0,
      netSendBytes: 0,
      processes: 12,
    };
    follow({ type: 'process', pid: machine.pid, read: async () => ({ ...told, diskReadBytes: ++asked * 1_000_000 }) });
    const value = await tickWhere(metrics, SUBJECT, (of) => of('diskReadBytesPerS') !== null);
    const pss = 1024 * Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${machine.pid}/smaps_rollup`, 'utf8'))?.[1]);
    expect(value('memoryBytes')).toBeGreaterThan(100 * MIB);
    expect(Math.abs((value('memoryBytes') ?? 0) - pss)).toBeLessThan(32 * MIB);
    expect(value('diskReadBytesPerS')).toBeGreaterThan(0);
    expect(value('diskWriteBytesPerS')).toBeNull();
    expect(value('guestMemoryBytes')).toBe(77);
    expect(value('processes')).toBe(12);
  }));

test('a hypervisor that does not answer leaves gaps in its own numbers only', () =>
  withMetrics(async ({ metrics, follow }) => {
    await using machine = await start('sleep', ['1000']);
    const unanswered = (signal: AbortSignal) =>
      new Promise<Counters>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    follow({ type: 'process', pid: machine.pid, read: unanswered });
    const value = await tickWhere(metrics, SUBJECT, (of) => of('cpuCores') !== null);
    expect(value('memoryBytes')).toBeGreaterThan(0);
    expect(value('diskReadBytesPerS')).toBeNull();
    expect(value('processes')).toBeNull();
  }));

test('the host and the app', () =>
  withMetrics(async ({ metrics, host }) => {
    const local = hostSubject(hostId.parse('local'));
    metrics.attachHost(local, host);
    metrics.attachApp();
    const value = await tickWhere(metrics, local, (of) => of('cpuCores') !== null);
    const { cpus, memoryBytes } = await host.facts(ALWAYS);
    expect(value('cpuCores')).toBeLessThanOrEqual(cpus * 1.1);
    expect(value('memoryBytes')).toBeLessThan(memoryBytes);
    expect(value('diskReadBytesPerS')).not.toBeNull();
    const listed = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
    // Others come and go between the two looks.
    expect(Math.abs((value('processes') ?? 0) - listed)).toBeLessThan(40);
    const app = await tickWhere(metrics, APP_SUBJECT, (of) => of('cpuCores') !== null);
    expect(app('memoryBytes')).toBeGreaterThan(20 * MIB);
    expect(app('processes')).toBeGreaterThanOrEqual(1);
    const history = metrics.history({ subject: local, fromMs: Date.now() - 60_000, toMs: Date.now(), points: 60 });
    expect(history.means[METRICS.indexOf('cpuCores')]?.some((mean) => mean !== null)).toBe(true);
  }));

test('a host over SSH: the same files, by one command a second', async () => {
  await using sshd = await startSshd();
  await using remote = await connectSshHost({ id: 'ssh-loopback', ...sshd, logger: silentLogger }, ALWAYS);
  await withMetrics(async ({ metrics }) => {
    await using cgroup = createCgroup();
    await using busy = await start('unshare', ['--net', 'sh', '-c', 'read go; while :; do :; done']);
    cgroup.add(busy.pid);
    busy.child.stdin?.write('go\n');
    const host = hostSubject(remote.id);
    metrics.attachHost(host, remote);
    metrics.attach({ subject: SUBJECT, host: remote, open: async () => ({ type: 'cgroup', pid: busy.pid }) });
    const machine = await tickWhere(metrics, SUBJECT, (of) => (of('cpuCores') ?? 0) > 0.05 && of('netReceiveBytesPerS') !== null);
    expect(machine('cpuCores')).toBeLessThan(1.5);
    expect(machine('memoryBytes')).not.toBeNull();
    expect(machine('processes')).toBe(1);
    const whole = await tickWhere(metrics, host, (of) => of('cpuCores') !== null);
    expect(whole('memoryBytes')).toBeLessThan((await remote.facts(ALWAYS)).memoryBytes);
  });
});

test('disposing closes every file it opened', async () => {
  const open = () => readdirSync('/proc/self/fd').length;
  const before = open();
  await withMetrics(async ({ metrics, host, follow }) => {
    metrics.attachHost(hostSubject(hostId.parse('local')), host);
    metrics.attachApp();
    await using sleeper = await start('sleep', ['1000']);
    follow({ type: 'cgroup', pid: sleeper.pid });
    await tickWhere(metrics, SUBJECT, (of) => of('processes') !== null);
    expect(open()).toBeGreaterThan(before);
  });
  expect(open()).toBeLessThanOrEqual(before);
});

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(readFileSync(`/proc/${name}/stat`, 'latin1').split(') ')[1]?.split(' ')[1]) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}
