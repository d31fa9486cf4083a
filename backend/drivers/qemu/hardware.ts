import { changed, differing, faultsOf, type VmChange, type VmField, type VmHardwareReport, type VmMake } from '../../contract/index.ts';
import { AppError } from '../../core/index.ts';
import type { Host } from '../../hosts/host.ts';
import type { HardwareFacet } from '../hardware.ts';
import type { Connection } from './connection.ts';
import { makeOf, remade } from './definition.ts';
import { addAndSwitchOn } from './guest/added-cpus.ts';
import { portIsOpen } from './guest/agent-of.ts';
import { addCpus, changeDisc, countCpus, readBalloon, setBalloon, setLink } from './hot-changes.ts';
import { pinProcessors } from './pinning.ts';
import { type Qmp, record } from './qmp.ts';
import type { VmRegistry } from './virtual-machines.ts';
import type { Vm } from './vm.ts';

const CHANGE = 'changeHardware';

export function createHardwareFacet(of: { host: Host; vms: Pick<VmRegistry, 'get' | 'names'> }): HardwareFacet {
  const { host, vms } = of;

  async function save(vm: Vm, next: VmMake, signal: AbortSignal): Promise<void> {
    await check(host, { next, before: makeOf(vm.definition) }, signal);
    if (next.hardware?.machine === 'microvm' && vm.definition.disks.some(({ bus }) => bus === 'sata')) {
      throw new AppError('hardwareImpossible', { message: 'a microvm has no SATA, and a disk of this machine is on it' });
    }
    const { connection, make } = vm;
    // Each step is written down when it is done: one that fails leaves the ones before it in force.
    if (connection !== null && make !== null) await changeRunning({ host, vm, connection, make, next }, signal);
    await vm.save(remade(vm.definition, next), signal);
  }

  return {
    async get(id, signal) {
      const vm = vms.get(id);
      const defined = makeOf(vm.definition);
      const { connection, make } = vm;
      if (connection === null || make === null) {
        return { defined, running: null, atNextStart: [], now: [], addableCpus: null, switchesCpusOn: false, balloon: null };
      }
      return { defined, running: make, atNextStart: differing(defined, make), ...(await abilities({ vm, connection, make }, signal)) };
    },
    async change(id, change: VmChange, signal) {
      const vm = vms.get(id);
      await vm.exclusively(CHANGE, async () => await save(vm, changed(makeOf(vm.definition), change), signal));
    },
    async undo(id, fields, signal) {
      const vm = vms.get(id);
      await vm.exclusively(CHANGE, async () => {
        const { make } = vm;
        if (make !== null) await vm.save(remade(vm.definition, takenBack(makeOf(vm.definition), make, fields)), signal);
      });
    },
    async forceEject(id, signal) {
      const vm = vms.get(id);
      await vm.exclusively(CHANGE, async () => {
        const next = changed(makeOf(vm.definition), { hardware: { cdrom: { path: null } } });
        const { connection, make } = vm;
        if (connection !== null && make?.hardware?.cdrom) {
          await changeDisc(connection.qmp, { name: vm.machine.name, path: null, force: true }, signal);
          await vm.saveMake(changed(make, { hardware: { cdrom: { path: null } } }), signal);
        }
        await vm.save(remade(vm.definition, next), signal);
      });
    },
    async setBalloon(id, memoryBytes, signal) {
      const vm = vms.get(id);
      const { connection, make } = vm;
      const { name, state } = vm.machine;
      if (connection === null || make === null) throw new AppError('machineWrongState', { name, state, action: 'balloon' });
      if (memoryBytes > make.memoryBytes) {
        throw new AppError('invalidInput', { field: 'memory', message: 'a running machine cannot get more than it was started with' });
      }
      await setBalloon(connection.qmp, memoryBytes, signal);
    },
    async rename(id, name, signal) {
      const vm = vms.get(id);
      if (name === vm.machine.name) return;
      if (vms.names().includes(name)) throw new AppError('nameTaken', { name });
      await vm.save({ ...vm.definition, name }, signal);
    },
    autostart(id) {
      const { autostart, startOrder = 0, startDelaySeconds = 0 } = vms.get(id).definition;
      return { enabled: autostart, order: startOrder, delaySeconds: startDelaySeconds };
    },
    async setAutostart(id, { enabled, order, delaySeconds }, signal) {
      const vm = vms.get(id);
      await vm.save({ ...vm.definition, autostart: enabled, startOrder: order, startDelaySeconds: delaySeconds }, signal);
    },
  };
}

function takenBack(defined: VmMake, running: VmMake, fields: readonly VmField[]): VmMake {
  const back = (field: VmField) => fields.includes(field);
  const { hardware } = defined;
  const kept = Object.entries(running.hardware ?? {}).filter(([field]) => back(field as VmField));
  return {
    cpus: back('cpus') ? running.cpus : defined.cpus,
    memoryBytes: back('memoryBytes') ? running.memoryBytes : defined.memoryBytes,
    hardware: hardware === null ? null : { ...hardware, ...Object.fromEntries(kept) },
  };
}

/** @throws AppError `invalidInput`, `fileMissing` */
async function check(host: Host, { next, before }: { next: VmMake; before: VmMake }, signal: AbortSignal): Promise<void> {
  const { cpus: hostCpus } = await host.facts(signal);
  const known = new Set(faultsOf(before, { hostCpus }).map(({ fault }) => fault));
  // What was wrong before (the file may be edited by hand) keeps nobody from changing the rest.
  const [fault] = faultsOf(next, { hostCpus }).filter((one) => !known.has(one.fault));
  if (fault !== undefined) throw new AppError('invalidInput', { field: fault.field, message: fault.fault });
  const disc = next.hardware?.cdrom?.path ?? null;
  const paths = [...(disc === null ? [] : [disc]), ...(next.hardware?.sharedFolders ?? []).map(({ path }) => path)];
  const old = new Set([before.hardware?.cdrom?.path, ...(before.hardware?.sharedFolders ?? []).map(({ path }) => path)]);
  for (const path of paths) {
    if (!old.has(path) && (await host.stat(path, signal)) === null) throw new AppError('fileMissing', { path });
  }
}

/** What of the difference a running machine can take. */
async function changeRunning(
  of: { host: Host; vm: Vm; connection: Connection; make: VmMake; next: VmMake },
  signal: AbortSignal,
): Promise<void> {
  const { host, vm, connection, next } = of;
  let { make } = of;
  const done = async (change: VmChange) => {
    make = changed(make, change);
    await vm.saveMake(make, signal);
  };
  const [running, wanted] = [make.hardware, next.hardware];
  if (running !== null && wanted !== null) {
    const { path = null } = wanted.cdrom ?? {};
    if (running.cdrom !== null && wanted.cdrom !== null && running.cdrom.path !== path) {
      await changeDisc(connection.qmp, { name: vm.machine.name, path, force: false }, signal);
      await done({ hardware: { cdrom: wanted.cdrom } });
    }
    if (running.linkUp !== wanted.linkUp && running.network.type !== 'none') {
      await setLink(connection.qmp, wanted.linkUp, signal);
      await done({ hardware: { linkUp: wanted.linkUp } });
    }
    if (JSON.stringify(running.pinnedCpus) !== JSON.stringify(wanted.pinnedCpus)) {
      await pin(host, { qmp: connection.qmp, cpus: wanted.pinnedCpus }, signal);
      await done({ hardware: { pinnedCpus: wanted.pinnedCpus } });
    }
  }
  const { maximum } = await countCpus(connection.qmp, signal);
  if (next.cpus > make.cpus && running?.machine === 'q35' && next.cpus <= maximum) {
    const add = () => addCpus(connection.qmp, next.cpus, signal);
    await addAndSwitchOn(vm, { count: next.cpus - make.cpus, add }, signal);
    if (running.pinnedCpus !== null) await pin(host, { qmp: connection.qmp, cpus: make.hardware?.pinnedCpus ?? null }, signal);
    await done({ cpus: next.cpus });
  }
}

/** @param of.cpus null: wherever the host likes */
async function pin(host: Host, of: { qmp: Qmp; cpus: readonly number[] | null }, signal: AbortSignal): Promise<void> {
  const all = Array.from({ length: (await host.facts(signal)).cpus }, (_, index) => index);
  await pinProcessors(host, { qmp: of.qmp, cpus: of.cpus ?? all }, signal);
}

async function abilities(
  { vm, connection, make }: { vm: Vm; connection: Connection; make: VmMake },
  signal: AbortSignal,
): Promise<Pick<VmHardwareReport, 'now' | 'addableCpus' | 'switchesCpusOn' | 'balloon'>> {
  const { qmp } = connection;
  const [count, switchesCpusOn, actualBytes, stats] = await Promise.all([
    countCpus(qmp, signal),
    portIsOpen(vm, signal),
    readBalloon(qmp, signal),
    qmp.execute('qom-get', { path: '/machine/peripheral/balloon', property: 'guest-stats' }, signal),
  ]);
  const { hardware } = make;
  const isAddable = hardware?.machine === 'q35' && count.maximum > count.present;
  const now: VmField[] = hardware === null ? [] : ['pinnedCpus'];
  if (isAddable) now.push('cpus');
  if (hardware !== null && hardware.network.type !== 'none') now.push('linkUp');
  if (hardware !== null && hardware.cdrom !== null) now.push('cdrom');
  return {
    now,
    addableCpus: isAddable ? count.maximum : null,
    switchesCpusOn,
    balloon: { actualBytes, usedBytes: usedBytes(record(record(stats).stats)), maximumBytes: make.memoryBytes },
  };
}

/** Null while the guest's balloon driver has said nothing, which it says as -1. */
function usedBytes(stats: Record<string, unknown>): number | null {
  const total = stats['stat-total-memory'];
  const available = stats['stat-available-memory'];
  const known = typeof total === 'number' && typeof available === 'number' && total > 0 && available > 0 && total < 2 ** 62;
  return known && available < 2 ** 62 ? total - available : null;
}
