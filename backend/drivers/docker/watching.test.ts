import { expect, test } from 'vitest';
import { linesByFile, parseStat, readProcesses } from '../process-files.ts';
import type { EventMessage } from './engine-api.ts';
import { EventLog, readMessage } from './event-log.ts';

const message = (Action: string, more: Partial<EventMessage> & { attributes?: Record<string, string> } = {}): EventMessage => ({
  Type: more.Type ?? 'container',
  Action,
  Actor: { ID: 'c1', Attributes: more.attributes ?? {} },
  timeNano: more.timeNano ?? 5_000_000,
});

test('an engine’s words become ours, those of Podman too', () => {
  const event = (...of: Parameters<typeof message>) => readMessage(message(...of))?.event;
  expect(event('die', { attributes: { exitCode: '137' } })).toEqual({ timeMs: 5, kind: 'ended', exitCode: 137, detail: null });
  expect(event('exec_start: sh -c echo a: b')).toMatchObject({ kind: 'execStarted', detail: 'sh -c echo a: b' });
  expect(event('health_status: unhealthy')).toMatchObject({ kind: 'unhealthy' });
  expect(event('kill', { attributes: { signal: '15' } })).toMatchObject({ kind: 'signalled', detail: '15' });
  expect(event('exec')).toMatchObject({ kind: 'execStarted', detail: null });
  for (const action of ['exec_create: sh', 'exec_die', 'health_status', 'cleanup', 'top', 'destroy'])
    expect(event(action), action).toBeUndefined();
});

test('a network’s event belongs to the container that it names', () => {
  const docker = message('connect', { Type: 'network', attributes: { container: 'c2', name: 'front' } });
  expect(readMessage(docker)).toMatchObject({ container: 'c2', event: { kind: 'networkConnected', detail: 'front' } });
  expect(readMessage(message('disconnect', { Type: 'network' }))).toMatchObject({ container: 'c1', event: { detail: null } });
});

test('what was heard and what is still kept is told once, in order, and bounded', () => {
  const log = new EventLog();
  const heard: string[] = [];
  using _listening = log.onEvent('c1', ({ event }) => heard.push(event.kind));
  log.hear(message('start', { timeNano: 2e6 }));
  log.hear(message('start', { timeNano: 2e6 }));
  const merged = log.merge('c1', [message('create', { timeNano: 1e6 }), message('start', { timeNano: 2e6 })]);
  expect(merged.map(({ event }) => event.kind)).toEqual(['created', 'started']);
  expect(heard).toEqual(['started']);
  for (let at = 0; at < 5000; at++) log.hear(message('exec_start: x', { timeNano: 3e6 + at }));
  const kept = log.merge('c1', []);
  expect(kept.length).toBeLessThanOrEqual(102);
  expect(kept[0]?.event.kind).toBe('created');
  log.hear(message('destroy'));
  expect(log.merge('c1', [])).toEqual([]);
});

test('health that changed is an event, unless the engine has told it', () => {
  const log = new EventLog();
  log.seeHealth('c1', 'starting', 1);
  log.seeHealth('c1', 'healthy', 2);
  log.seeHealth('c1', 'healthy', 3);
  log.hear(message('health_status: unhealthy', { timeNano: 4e6 }));
  log.seeHealth('c1', 'unhealthy', 5);
  expect(log.merge('c1', []).map(({ event }) => [event.kind, event.timeMs])).toEqual([
    ['healthy', 2],
    ['unhealthy', 4],
  ]);
});

const stat = (of: { pid: number; name: string; parent: number; start: string }) =>
  `${of.pid} (${of.name}) S ${of.parent} 1 1 0 -1 4194560 100 0 0 0 30 12 0 0 20 0 1 0 ${of.start} 1000 200`;

test('a process may call itself what it likes', () => {
  for (const name of ['sh', 'a b', ') S 1 (', 'x\ny', '']) {
    expect(parseStat(stat({ pid: 7, name, parent: 3, start: '99' }))).toEqual({
      ...{ name, state: 'S', parent: 3, cpuTicks: 42, startTicks: '99' },
    });
  }
  expect(parseStat('')).toBeNull();
});

test('processes have both of their numbers, their parents among them, and their user inside', () => {
  const status = 'Name:\tsh\nUid:\t100000\t100000\t100000\t100000\nThreads:\t3\nVmRSS:\t  1024 kB\nNSpid:\t70\t1\n';
  const lines = (path: string, text: string) => text.split('\n').map((line) => `${path}:${line}`);
  const output = [
    '/proc/uptime:10.00 20.00',
    '/proc/70/uid_map:         0     100000      65536',
    ...lines('/proc/70/stat', stat({ pid: 70, name: 'sh', parent: 5, start: '400' })),
    ...lines('/proc/70/status', status),
    ...lines('/proc/70/cmdline', 'sh\0-c\0echo a\nb:c\0'),
    ...lines('/proc/71/stat', stat({ pid: 71, name: 'x', parent: 70, start: '900' })),
    ...lines('/proc/71/status', status.replace('70\t1', '71\t2').replace(/Vm.*\n/, '')),
    ...lines('/proc/72/stat', stat({ pid: 72, name: 'gone', parent: 70, start: '900' })),
  ].join('\n');
  const processes = readProcesses(linesByFile(output), { pids: [70, 71, 72], initPid: 70 });
  expect(processes).toEqual([
    {
      ...{ hostPid: 70, pid: 1, parentHostPid: null, startTicks: '400', ageMs: 6000, name: 'sh', command: 'sh -c echo a\nb:c' },
      ...{ user: 'root', state: 'S', threads: 3, cpuMs: 420, memoryBytes: 1024 ** 2 },
    },
    expect.objectContaining({ hostPid: 71, pid: 2, parentHostPid: 70, command: '[x]', memoryBytes: 0 }),
  ]);
});
