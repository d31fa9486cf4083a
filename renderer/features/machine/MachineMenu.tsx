import { Copy, EllipsisVertical } from 'lucide-react';
import { useState } from 'react';
import type { Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Menu, type MenuItem } from '../../ui/Menu.tsx';
import { useRemakeItems } from '../create/use-remake-items.tsx';
import { CommitDrawer } from '../images/CommitDrawer.tsx';

/** What else can be done with a machine, by what its engine can do; nothing where there is nothing. */
export function MachineMenu({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  const keepsImages = useInventory(({ engines }) => engines.get(machine.engineId)?.facets.includes('images') ?? false);
  const [committing, setCommitting] = useState(false);
  const items: MenuItem[] = useRemakeItems(machine);
  if (keepsImages) {
    items.push({ type: 'item', key: 'commit', label: t('commit.menu'), icon: <Copy />, onSelect: () => setCommitting(true) });
  }
  if (items.length === 0) return null;
  return (
    <>
      <Menu
        trigger={
          <IconButton size="small" label={t('action.moreOf', { name: machine.name })}>
            <EllipsisVertical />
          </IconButton>
        }
        items={items}
      />
      {committing && <CommitDrawer machine={machine} onClose={() => setCommitting(false)} />}
    </>
  );
}
