import fc from 'fast-check';
import { expect, test } from 'vitest';
import { guestReport, machineProcesses } from '../../../contract/index.ts';
import { guestProcesses } from './guest-processes.ts';
import { readInitReport } from './init-report.ts';

const PATHS = [
  '/etc/os-release',
  '/proc/1/stat',
  '/proc/1/status',
  '/proc/net/dev',
  'address',
  'root',
  'cpus',
  'self',
  '/sys/class/net/x/address',
];
const line = fc
  .tuple(
    fc.constantFrom(...PATHS),
    fc.oneof(
      fc.string(),
      fc.constantFrom('ID="<b>"', '1 (a) b) S 0', ' x: 1 2', 'x: y z 0 0 0 0 0 0 q', 'x q r', 'x 1.2.3.4 99', '-5 1e400'),
    ),
  )
  .map(([path, rest]) => `${path}:${rest}`);
const text = fc.array(line).map((lines) => lines.join('\n'));

test('whatever an init says of its system is a report, or nothing of it', () => {
  fc.assert(fc.property(text, (said) => void guestReport.parse(readInitReport(said, 0))));
});

test('whatever a guest says of its processes is a list of them, or none', () => {
  fc.assert(fc.property(text, (said) => void machineProcesses.parse(guestProcesses(said, 0))));
});

test('the kernel’s threads and the look itself are no processes of the machine', () => {
  const stat = (pid: number, name: string, parent: number) =>
    `/proc/${pid}/stat:${pid} (${name}) S ${parent} ${'0 '.repeat(17)}${pid * 10} 0`;
  const status = (pid: number) => `/proc/${pid}/status:Threads:\t1`;
  const said = ['self:40', stat(1, 'init', 0), stat(2, 'kthreadd', 0), stat(3, 'rcu_gp', 2), stat(20, 'a) (b', 1), stat(40, 'grep', 1)];
  const { processes } = guestProcesses([...said, ...[1, 2, 3, 20, 40].map(status)].join('\n'), 5);
  expect(processes.map(({ hostPid, parentHostPid, name, startTicks }) => ({ hostPid, parentHostPid, name, startTicks }))).toEqual([
    { hostPid: 1, parentHostPid: null, name: 'init', startTicks: '10' },
    { hostPid: 20, parentHostPid: 1, name: 'a) (b', startTicks: '200' },
  ]);
});
