import { useCallback } from 'react';
import type { ListView, MachineKind } from '../../../backend/contract/index.ts';
import { useSettings, useStores } from '../../stores/index.ts';

/** How the list of one kind is shown; kept in the settings, so that it is the same tomorrow and in every window. */
export function useListView(kind: MachineKind): [view: ListView, change: (patch: Partial<ListView>) => void] {
  const { commands } = useStores();
  const field = kind === 'container' ? 'containerList' : 'vmList';
  const view = useSettings()[field];
  const change = useCallback(
    (patch: Partial<ListView>) => void commands.updateSettings({ [field]: { ...view, ...patch } }),
    [commands, field, view],
  );
  return [view, change];
}
