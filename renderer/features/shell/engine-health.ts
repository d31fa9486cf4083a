import { useMemo } from 'react';
import { type Engine, type MachineKind, type Problem, toProblem } from '../../../backend/contract/index.ts';
import { useInventory } from '../../stores/index.ts';

export type EngineHealthSummary = { status: 'well' | 'connecting' | 'none' } | { status: 'trouble'; count: number };

/** One word for all engines; the host page has the rest. */
export function useEngineHealth(): EngineHealthSummary {
  return useInventory((inventory) => {
    const engines = [...inventory.engines.values()];
    const count = engines.filter((engine) => engine.health.status === 'unreachable').length;
    if (count > 0) return { status: 'trouble', count };
    if (!inventory.ready || engines.some((engine) => engine.health.status === 'connecting')) return { status: 'connecting' };
    return { status: engines.length === 0 ? 'none' : 'well' };
  });
}

/** Whether a kind of machine can be run here: by which engines, or why not. `problem` is null while that is not known yet. */
export type Availability = { available: true; engines: Engine[] } | { available: false; problem: Problem | null };

export function useAvailability(kind: MachineKind): Availability {
  const engines = useInventory((inventory) => inventory.engines);
  const ready = useInventory((inventory) => inventory.ready);
  return useMemo(() => availability([...engines.values()], kind, ready), [engines, kind, ready]);
}

export function availability(all: Engine[], kind: MachineKind, ready: boolean): Availability {
  const engines = all.filter((engine) => engine.machineKind === kind);
  const healthy = engines.filter((engine) => engine.health.status === 'healthy');
  if (healthy.length > 0) return { available: true, engines: healthy };
  if (!ready || engines.some((engine) => engine.health.status === 'connecting')) return { available: false, problem: null };
  const told = engines.find((engine) => engine.health.problem !== null)?.health.problem;
  return { available: false, problem: told ?? toProblem(kind === 'container' ? 'noContainerEngine' : 'qemuMissing') };
}
