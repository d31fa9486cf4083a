import { Copy, Ellipsis, FileDown } from 'lucide-react';
import { useState } from 'react';
import type { Machine, TransferId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Menu, type MenuItem } from '../../ui/Menu.tsx';
import { useRemakeItems } from '../create/use-remake-items.tsx';
import { CommitDrawer } from '../images/CommitDrawer.tsx';
import { CloneDialog } from '../vm-bin/CloneDialog.tsx';

/** What else can be done with a machine, by what its engine can do; nothing where there is nothing. */
export function MachineMenu({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  const keepsImages = useInventory(({ engines }) => engines.get(machine.engineId)?.facets.includes('images') ?? false);
  const copies = useInventory(({ engines }) => engines.get(machine.engineId)?.facets.includes('copies') ?? false);
  const { connection, notices } = useStores();
  const [cloning, setCloning] = useState(false);
  const [committing, setCommitting] = useState(false);
  const items: MenuItem[] = useRemakeItems(machine);
  if (keepsImages) {
    items.push({ type: 'item', key: 'commit', label: t('commit.menu'), icon: <Copy />, onSelect: () => setCommitting(true) });
  }
  if (copies && machine.state !== 'creating') {
    items.push({ type: 'item', key: 'clone', label: t('vmCopy.cloneMenu'), icon: <Copy />, onSelect: () => setCloning(true) });
    const save = (transferId: TransferId) => connection.client.copies.export({ id: machine.id, to: { type: 'page', transferId } });
    const onSelect = () => {
      connection.saveFile(save).catch((error: unknown) => notices.tell(connection.problemOf(error), machine.name));
    };
    items.push({ type: 'item', key: 'export', label: t('vmCopy.exportMenu'), icon: <FileDown />, onSelect });
  }
  if (items.length === 0) return null;
  return (
    <>
      <Menu
        trigger={
          <IconButton size="small" label={t('action.moreOf', { name: machine.name })}>
            <Ellipsis />
          </IconButton>
        }
        items={items}
      />
      {cloning && <CloneDialog machine={machine} onClose={() => setCloning(false)} />}
      {committing && <CommitDrawer machine={machine} onClose={() => setCommitting(false)} />}
    </>
  );
}
