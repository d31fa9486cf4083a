import { Ban, Ellipsis, Eraser, HardDriveDownload, Pause, Play, RotateCw, Square, StepForward, Trash2, Zap } from 'lucide-react';
import { type ReactElement, useState } from 'react';
import type { Machine, MachineAction } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Menu, type MenuItem } from '../../ui/Menu.tsx';
import { useRemakeItems } from '../create/use-remake-items.tsx';
import styles from './actions.module.css';
import { DiscardDialog } from './DiscardDialog.tsx';
import { RemoveDialog } from './RemoveDialog.tsx';

export const ACTION_ICONS: Record<MachineAction, ReactElement> = {
  start: <Play />,
  stop: <Square />,
  restart: <RotateCw />,
  pause: <Pause />,
  resume: <StepForward />,
  suspend: <HardDriveDownload />,
  discard: <Eraser />,
  reset: <Zap />,
  kill: <Ban />,
  remove: <Trash2 />,
};

/** The order everywhere; which of them there are, the machine says. */
export const ACTION_ORDER: readonly MachineAction[] = [
  'start',
  'resume',
  'stop',
  'restart',
  'pause',
  'suspend',
  'reset',
  'kill',
  'discard',
  'remove',
];
/** Those that lose something: they are asked for where it can be said. */
export const ASKED_FIRST: readonly MachineAction[] = ['discard', 'remove'];
/** Those that get a button of their own; the others are in the menu. */
const IN_FRONT: readonly MachineAction[] = ['start', 'resume', 'stop'];

const DANGEROUS: readonly MachineAction[] = [...ASKED_FIRST, 'kill', 'reset'];

/** A machine's actions in a row: one in front, the rest in a menu. */
export function RowActions({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  const { commands } = useStores();
  const [asking, setAsking] = useState<MachineAction | null>(null);
  const perform = (action: MachineAction) => {
    if (ASKED_FIRST.includes(action)) setAsking(action);
    else void commands.act([machine.id], action);
  };
  const allowed = ACTION_ORDER.filter((action) => machine.actions.includes(action));
  const front = allowed.find((action) => IN_FRONT.includes(action)) ?? allowed[0];
  const remake = useRemakeItems(machine);
  const actionItems = allowed.map(
    (action): MenuItem => ({
      type: 'item',
      key: action,
      label: t(`action.${action}`),
      icon: ACTION_ICONS[action],
      tone: DANGEROUS.includes(action) ? 'danger' : 'default',
      onSelect: () => perform(action),
    }),
  );
  const items = [...actionItems, ...(remake.length > 0 ? [{ type: 'separator', key: 'remake' } as const] : []), ...remake];
  return (
    <span className={styles.actions}>
      {front !== undefined && (
        <IconButton label={t(`action.${front}Of`, { name: machine.name })} size="small" onClick={() => perform(front)}>
          {ACTION_ICONS[front]}
        </IconButton>
      )}
      {items.length > 1 && (
        <Menu
          items={items}
          trigger={
            <IconButton label={t('action.moreOf', { name: machine.name })} size="small">
              <Ellipsis />
            </IconButton>
          }
        />
      )}
      {asking === 'remove' && <RemoveDialog machines={[machine]} onClose={() => setAsking(null)} />}
      {asking === 'discard' && <DiscardDialog machine={machine} onClose={() => setAsking(null)} />}
    </span>
  );
}
