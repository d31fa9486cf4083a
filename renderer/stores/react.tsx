import { createContext, type ReactNode, useCallback, useContext, useEffect, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import {
  type GuestImage,
  type Machine,
  type MachineId,
  type Metric,
  type MetricSubject,
  type Settings,
  type StackProject,
  settings as settingsSchema,
  type Task,
} from '../../backend/contract/index.ts';
import type { ConnectionState } from '../backend/index.ts';
import type { Inventory } from './inventory.ts';
import type { LimitChange } from './limit-changes.ts';
import type { MetricsWindow } from './metrics.ts';
import type { Stores } from './stores.ts';
import type { Ui } from './ui.ts';

const StoresContext = createContext<Stores | null>(null);

export function StoresProvider({ stores, children }: { stores: Stores; children: ReactNode }) {
  return <StoresContext value={stores}>{children}</StoresContext>;
}

export function useStores(): Stores {
  const stores = useContext(StoresContext);
  if (stores === null) throw new Error('StoresProvider is missing above this component');
  return stores;
}

/** The selected part; an array or object selected anew is compared by its members. */
export function useInventory<T>(select: (inventory: Inventory) => T): T {
  return useStore(useStores().inventory, useShallow(select));
}

export function useMachine(id: MachineId): Machine | undefined {
  return useStore(useStores().inventory, (inventory) => inventory.machines.get(id));
}

const NO_CHANGES: readonly LimitChange[] = [];

export function useLimitChanges(id: MachineId): readonly LimitChange[] {
  return useStore(useStores().limitChanges, (changes) => changes.get(id) ?? NO_CHANGES);
}

/** Stacks whose files were opened here. */
export function useProjects(): readonly StackProject[] {
  return useStore(useStores().stacks, (state) => state.projects);
}

/** What virtual machines are made of; null until it is known. */
export function useGuestImages(): readonly GuestImage[] | null {
  return useStore(useStores().guestImages, (state) => state.images);
}

export function useTasks(): readonly Task[] {
  return useStore(useStores().tasks, (state) => state.tasks);
}

const DEFAULTS = settingsSchema.parse({});

/** The defaults until the backend has told them. */
export function useSettings(): Settings {
  return useStore(useStores().settings, (state) => state.settings ?? DEFAULTS);
}

export function useUi<T>(select: (ui: Ui) => T): T {
  return useStore(useStores().ui, useShallow(select));
}

export function useConnectionState(): ConnectionState {
  const { connection } = useStores();
  return useSyncExternalStore(
    useCallback((listener) => connection.subscribe(listener), [connection]),
    () => connection.state,
  );
}

/** Draws again at every tick of the metrics: for the few places that sum over many machines. */
export function useMetricsWindow(): MetricsWindow {
  const { metrics } = useStores();
  useSyncExternalStore(metrics.subscribe, metrics.version);
  return metrics.window;
}

/** The newest value; NaN when there is none. Draws again only when it is another one. */
export function useLatest(subject: MetricSubject, metric: Metric): number {
  const { metrics } = useStores();
  return useSyncExternalStore(metrics.subscribe, () => metrics.window.latest(subject, metric));
}

/** Asks for what was measured before this page looked. */
export function useHistoryOf(subject: MetricSubject): void {
  const { metrics } = useStores();
  useEffect(() => metrics.wantHistory(subject), [metrics, subject]);
}
