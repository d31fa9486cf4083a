import { CopyPlus, PencilRuler } from 'lucide-react';
import type { Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import type { MenuItem } from '../../ui/Menu.tsx';

/** To make another container after this one, or in its place; none where the engine makes no containers. */
export function useRemakeItems(machine: Machine): MenuItem[] {
  const { t } = useI18n();
  const { ui } = useStores();
  const able = useInventory((inventory) => inventory.engines.get(machine.engineId)?.facets.includes('containers') ?? false);
  if (!able || machine.state === 'creating') return [];
  const { id, name } = machine;
  const open = (as: 'copy' | 'same') => ui.setState({ create: { from: 'machine', id, name, as } });
  return [
    { type: 'item', key: 'duplicate', label: t('create.duplicate'), icon: <CopyPlus />, onSelect: () => open('copy') },
    { type: 'item', key: 'edit', label: t('create.edit'), icon: <PencilRuler />, onSelect: () => open('same') },
  ];
}
