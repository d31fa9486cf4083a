import { describe, expect, test } from 'vitest';
import { imageId } from '../../contract/index.ts';
import { type Definition, diskOf, formatDefinition, parseDefinition, ROOT_DISK } from './definition.ts';

const value: Definition = {
  version: 2,
  name: 'web-1',
  createdAtMs: 1_795_324_146_687,
  twinId: null,
  autostart: false,
  cpus: 1,
  memoryBytes: 256 * 1024 * 1024,
  ports: [{ protocol: 'tcp', hostAddress: '127.0.0.1', hostPort: 8080, machinePort: 80 }],
  disks: [diskOf(ROOT_DISK, 64 * 1024 * 1024)],
  snapshotId: null,
  saved: null,
  guest: {
    type: 'workload',
    image: { id: imageId.parse('docker-default/sha256:abc'), name: 'web:latest' },
    processes: null,
    startWay: null,
    process: {
      entrypoint: ['/bin/web'],
      command: ['--port', '80'],
      env: [],
      workingDir: '/',
      user: '',
      exposedPorts: [],
      stopSignal: null,
      volumes: [],
    },
  },
  finished: true,
  problem: null,
};

const read = (text: string) => parseDefinition('/vms/1/vm.json', text);
const refusal = (message: RegExp) =>
  expect.objectContaining({ problem: expect.objectContaining({ reason: 'definitionInvalid', message: expect.stringMatching(message) }) });

describe('a definition', () => {
  test('is read as it was written', () => {
    expect(read(formatDefinition(value))).toEqual(value);
  });

  test('one of version 1, a workload with one disk, is taken over', () => {
    const { disks, guest, finished, autostart, ...rest } = value;
    if (guest.type !== 'workload') throw new Error('it is one');
    const { image, process, processes } = guest;
    const old = { ...rest, version: 1, image, process, processes, diskBytes: 64 * 1024 * 1024, hasDisk: true };
    expect(read(JSON.stringify(old))).toEqual(value);
    expect(read(JSON.stringify({ ...old, diskBytes: null, hasDisk: false }))).toMatchObject({ disks: [], finished: false });
  });

  test('one that is no JSON is refused with its place and the parser’s words', () => {
    expect(() => read('{"version": 1,')).toThrow(refusal(/\/vms\/1\/vm\.json/));
    expect(() => read('')).toThrow(refusal(/JSON/));
  });

  test('every field that is wrong is named', () => {
    const wrong = { ...value, memoryBytes: 'much', ports: [{ ...value.ports[0], hostPort: 99_999 }] };
    expect(() => read(JSON.stringify(wrong))).toThrow(refusal(/memoryBytes: .*ports\.0\.hostPort: /));
    expect(() => read('[]')).toThrow(refusal(/the file: /));
    expect(() => read(JSON.stringify({ ...value, version: 3 }))).toThrow(refusal(/version/));
  });
});
