import { ScrollText } from 'lucide-react';
import { useLocation } from 'wouter';
import { type Machine, MOST_LOGS } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { logsUrl } from '../logs/logs-url.ts';
import { SelectionBar } from '../shell/SelectionBar.tsx';
import { ACTION_ICONS, ACTION_ORDER } from './actions.tsx';

export interface BulkBarProps {
  machines: readonly Machine[];
  onRemove: (machines: readonly Machine[]) => void;
  onClear: () => void;
}

/** What can be done with the selection: each action goes to those of it that allow it. */
export function BulkBar({ machines, onRemove, onClear }: BulkBarProps) {
  const { t, format } = useI18n();
  const { commands } = useStores();
  const [, navigate] = useLocation();
  return (
    <SelectionBar count={machines.length} onClear={onClear}>
      {/* Each machine's memory is given up on its own. */}
      {ACTION_ORDER.filter((action) => action !== 'discard').map((action) => {
        const able = machines.filter((machine) => machine.actions.includes(action));
        if (able.length === 0) return null;
        const perform = () => {
          if (action === 'remove') onRemove(able);
          else
            void commands.act(
              able.map(({ id }) => id),
              action,
            );
        };
        return (
          <Button key={action} variant="quiet" icon={ACTION_ICONS[action]} onClick={perform}>
            {t(`action.${action}`)}
            {able.length < machines.length && <span>{format.integer(able.length)}</span>}
          </Button>
        );
      })}
      {machines.length <= MOST_LOGS && (
        <Button variant="quiet" icon={<ScrollText />} onClick={() => navigate(logsUrl(machines.map(({ id }) => id)))}>
          {t('bulk.logs')}
        </Button>
      )}
    </SelectionBar>
  );
}
