import type { Isolation, MachineId, Readable } from '../contract/index.ts';
import { AppError, type Clock, isAbort, toAppError } from '../core/index.ts';
import type { Driver } from '../drivers/driver.ts';
import { facetOf } from '../drivers/facets.ts';
import { guestHullOf } from './guest.ts';
import { mountsOf, parseMountinfo, rootOf } from './mounts.ts';
import { ProcessFiles } from './process-files.ts';
import { capabilitiesOf, parseIdMap, securityOf } from './process-status.ts';

export interface IsolationService {
  /** @throws AppError machineNotRunning, processHidden, machineEnded when it ended meanwhile */
  get(id: MachineId, signal: AbortSignal): Promise<Isolation>;
}

/** Reads how a machine is kept apart. Every part stands for itself: what may not be read says so, and the rest is told. */
export function createIsolationService(deps: { driverOf: (id: MachineId) => Driver; clock: Clock }): IsolationService {
  return {
    async get(id, signal) {
      const driver = deps.driverOf(id);
      const subject = await facetOf(driver, 'isolation').subject(id, signal);
      const files = new ProcessFiles(driver.host, subject.pid, signal);
      const started = await files.startTime();
      const [common, own] = await Promise.all([
        readCommon(files),
        subject.kind === 'container'
          ? readContainer(files)
          : guestHullOf({ files, host: driver.host, subject }, signal).then((guest) => ({ kind: 'vm' as const, guest })),
      ]);
      // A number may belong to another process by now: then what was read is of two.
      if (started === null || (await files.startTime()) !== started) throw new AppError('machineEnded');
      return { ...common, ...own, readAtMs: deps.clock.now() };
    },
  };
}

async function readCommon(files: ProcessFiles) {
  const [chain, namespaces, cgroups, capabilities, security, oom] = await Promise.all([
    readable(() => files.chain()),
    readable(() => files.namespaces()),
    readable(() => files.cgroups()),
    readable(async () => capabilitiesOf(await files.status(), await files.lastCapability())),
    readable(async () => securityOf(await files.status(), await files.label())),
    readable(async () => ({ score: Number(await files.read('oom_score')), adjustment: Number(await files.read('oom_score_adj')) })),
  ]);
  return { chain, namespaces, cgroups, capabilities, security, oom };
}

async function readContainer(files: ProcessFiles) {
  const mountinfos = Promise.all([files.read('mountinfo'), files.ownMountinfo()]);
  const [processes, users, mounts, root] = await Promise.all([
    readable(() => files.processes()),
    readable(async () => ({ users: parseIdMap(await files.read('uid_map')), groups: parseIdMap(await files.read('gid_map')) })),
    readable(async () => {
      const [machine, host] = await mountinfos;
      return mountsOf(parseMountinfo(machine), parseMountinfo(host));
    }),
    readable(async () => {
      const found = rootOf(parseMountinfo((await mountinfos)[0]));
      if (found === null) throw new AppError('fileMissing', { path: '/' });
      return found;
    }),
  ]);
  return { kind: 'container' as const, processes, users, mounts, root };
}

async function readable<T>(read: () => Promise<T>): Promise<Readable<T>> {
  try {
    return { value: await read() };
  } catch (error) {
    if (isAbort(error)) throw error;
    return { problem: toAppError(error).problem };
  }
}
