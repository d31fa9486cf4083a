import {
  differing,
  type EngineId,
  hasProcesses,
  type Machine,
  type MachineAction,
  type MachineState,
  type Problem,
  SERIAL_KINDS,
  type TerminalKind,
  toMachineId,
  toProblem,
  type VmHardware,
  type VmMake,
  type VmSummary,
} from '../../contract/index.ts';
import { allowedActions } from '../actions.ts';
import { type Definition, makeOf } from './definition.ts';
import type { ReadDefinition } from './definition-file.ts';
import type { PreparedPlatform } from './platform.ts';
import type { RunState } from './run-state.ts';

/** All that a machine's row is computed from. */
export interface VmState extends RunState {
  id: string;
  /** Where its files are. */
  folder: string;
  definition: ReadDefinition;
  /** Its disk is being made, by this very process. */
  creating: { progress: number | null } | null;
  /** What is being done with it. */
  phase: 'idle' | 'starting' | 'saving' | 'stopping';
  /** Why the last start did not even reach the guest. */
  startProblem: Problem | null;
}

export function toMachine(vm: VmState, { engineId, prepared }: { engineId: EngineId; prepared: PreparedPlatform | null }): Machine {
  const { value } = vm.definition;
  const { state, problem } = stateOf(vm);
  const { guest = null } = value ?? {};
  const workload = guest?.type === 'workload' ? guest : null;
  // What was changed for the next start is not what runs.
  const { cpus = null, memoryBytes = null, hardware = null } = (vm.isUp ? vm.make : null) ?? (value === null ? {} : makeOf(value));
  return {
    id: toMachineId(engineId, vm.id),
    kind: 'vm',
    engineId,
    name: value?.name ?? vm.id,
    state,
    problem,
    exitCode: vm.isUp || vm.phase === 'starting' || state === 'suspended' ? null : vm.run.exitCode,
    image: workload?.image ?? (guest?.type === 'system' && guest.source !== null ? { id: null, name: guest.source } : null),
    createdAtMs: value?.createdAtMs ?? null,
    startedAtMs: vm.run.startedAtMs,
    startTiming: vm.timing,
    startWay: vm.run.way,
    actions: actionsOf(vm, state),
    terminals: hasProcesses(state) ? consolesOf(hardware) : [],
    ports: (hardware?.network.type ?? 'user') === 'user' ? (value?.ports ?? []) : [],
    limits: { cpus, memoryBytes, processes: workload?.processes ?? null },
    labels: {},
    health: null,
    restartPolicy: null,
    mounts: [],
    networks: [],
    kernelRelease: vm.run.kernelRelease,
    twinId: value?.twinId ?? null,
    vm:
      value === null
        ? null
        : {
            ...toSummary(value, { prepared, hardware, addresses: vm.isUp ? vm.addresses : [] }),
            atNextStart: vm.isUp ? atNextStart(value, vm.make) : [],
          },
    progress: state === 'creating' ? (vm.creating?.progress ?? null) : null,
  };
}

function actionsOf({ definition, isUp }: VmState, state: MachineState): MachineAction[] {
  const canStart = definition.value?.finished === true;
  const actions = allowedActions(state).filter((action) => action !== 'start' || canStart);
  if (state === 'running' || state === 'paused') actions.push('suspend');
  // Memory that fits no more keeps it from starting.
  if (state === 'failed' && definition.value?.saved != null) actions.push('discard');
  return isUp && definition.value?.guest.type === 'system' ? [...actions, 'reset'] : actions;
}

function consolesOf(hardware: VmHardware | null): TerminalKind[] {
  return SERIAL_KINDS.slice(0, hardware?.serialPorts ?? 1);
}

function atNextStart(value: Definition, make: VmMake | null): VmSummary['atNextStart'] {
  return make === null ? [] : differing(makeOf(value), make);
}

function toSummary(
  { guest, autostart }: Definition,
  { prepared, hardware, addresses }: { prepared: PreparedPlatform | null; hardware: VmHardware | null; addresses: string[] },
): Omit<VmSummary, 'atNextStart'> {
  const common = { guest: guest.type, autostart, addresses };
  if (hardware === null) {
    const { machine = null, accelerator = null } = prepared?.platform ?? {};
    // Catamaran's own kernel and init are built for x86-64.
    return { ...common, architecture: 'x86_64', machine, firmware: null, accelerator, foreign: false, display: false };
  }
  const { architecture, machine, firmware, display } = hardware;
  const foreign = prepared !== null && prepared.architecture !== architecture;
  const accelerator = foreign ? 'tcg' : (prepared?.platform.accelerator ?? null);
  return { ...common, architecture, machine, firmware, accelerator, foreign, display: display !== 'none' };
}

function pauseProblem({ diskError, definition, folder }: VmState): Problem | null {
  if (diskError === null) return null;
  const name = definition.value?.name ?? '';
  return diskError.isFull
    ? toProblem('vmDiskFull', { name, folder })
    : toProblem('vmDiskFailed', { name, disk: diskError.disk, message: diskError.message });
}

function stateOf(vm: VmState): { state: MachineState; problem: Problem | null } {
  const { definition, run } = vm;
  if (definition.value === null) return { state: 'failed', problem: definition.problem };
  if (vm.phase === 'stopping' || vm.phase === 'saving') return { state: vm.phase, problem: null };
  if (vm.isUp) {
    if (vm.isPaused) return { state: 'paused', problem: pauseProblem(vm) };
    if (run.startedAtMs === null) return { state: 'starting', problem: null };
    return { state: 'running', problem: vm.foundNothingToBoot ? toProblem('nothingToBoot', { name: definition.value.name }) : null };
  }
  if (vm.phase === 'starting') return { state: 'starting', problem: null };
  if (!definition.value.finished) {
    if (definition.value.problem !== null) return { state: 'failed', problem: definition.value.problem };
    if (vm.creating !== null) return { state: 'creating', problem: null };
    return { state: 'failed', problem: toProblem('diskUnfinished', { name: definition.value.name }) };
  }
  if (definition.value.saved !== null && vm.startProblem === null) return { state: 'suspended', problem: null };
  const problem = vm.startProblem ?? run.problem;
  if (problem !== null) return { state: 'failed', problem };
  // It was launched, did not end by itself, and nobody ended it.
  if (run.launchedAtMs !== null && run.exitCode === null)
    return { state: 'failed', problem: toProblem('qemuExited', { message: vm.qemuWords }) };
  return { state: 'stopped', problem: null };
}
