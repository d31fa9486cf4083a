import type { GuestHull } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { IsolationSubject } from '../isolation.ts';
import { type Qmp, record } from './qmp.ts';
import type { Vm } from './vm.ts';

/** @throws AppError machineNotRunning */
export async function isolationSubject(vm: Vm, signal: AbortSignal): Promise<IsolationSubject> {
  const { connection, machine } = vm;
  if (connection === null) throw new AppError('machineNotRunning', { name: machine.name });
  const { pid, qmp } = connection;
  const [cpus, backends] = await Promise.all([qmp.execute('query-cpus-fast', {}, signal), qmp.execute('query-memdev', {}, signal)]);
  const memory = await Promise.all(list(backends).map((backend) => toMemory(qmp, backend, signal)));
  return { kind: 'vm', pid, guest: { vcpus: vcpusOf(cpus), memory, guestKernel: machine.kernelRelease } };
}

/** https://www.qemu.org/docs/master/interop/qemu-qmp-ref.html, query-cpus-fast */
export function vcpusOf(answer: unknown): GuestHull['vcpus'] {
  return list(answer).flatMap((cpu) => {
    const { 'cpu-index': index, 'thread-id': threadId } = cpu;
    return typeof index === 'number' && typeof threadId === 'number' ? [{ index, threadId }] : [];
  });
}

/** query-memdev says how large it is, the object model what it is made of. */
async function toMemory(qmp: Qmp, backend: Record<string, unknown>, signal: AbortSignal): Promise<GuestHull['memory'][number]> {
  const id = String(backend.id ?? '');
  const property = async (name: string) => {
    try {
      return await qmp.execute('qom-get', { path: `/objects/${id}`, property: name }, signal);
    } catch (error) {
      // A kind of memory that has no such property.
      if (error instanceof AppError && error.reason === 'engineRefused') return null;
      throw error;
    }
  };
  const [type, path] = await Promise.all([property('type'), property('mem-path')]);
  return {
    id,
    sizeBytes: typeof backend.size === 'number' ? backend.size : 0,
    backing: typeof path === 'string' && path !== '' ? path : String(type ?? ''),
    shared: backend.share === true,
  };
}

function list(answer: unknown): Record<string, unknown>[] {
  return Array.isArray(answer) ? answer.map(record) : [];
}
