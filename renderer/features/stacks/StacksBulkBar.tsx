import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { ACTION_ICONS } from '../machines/actions.tsx';
import { SelectionBar } from '../shell/SelectionBar.tsx';
import type { StackEntry } from './list-stacks.ts';

/** What can be done with the selection. Taking down asks first, on the stack's own page. */
export function StacksBulkBar({ entries, onClear }: { entries: readonly StackEntry[]; onClear: () => void }) {
  const { t, format } = useI18n();
  const { stackCommands } = useStores();
  return (
    <SelectionBar count={entries.length} onClear={onClear}>
      {(['start', 'stop', 'restart'] as const).map((action) => {
        const able = entries.filter(({ stack }) => stack.machines.some(({ actions }) => actions.includes(action)));
        if (able.length === 0) return null;
        return (
          <Button
            key={action}
            variant="quiet"
            icon={ACTION_ICONS[action]}
            onClick={() => {
              for (const entry of able) void stackCommands.run(entry, { do: action });
            }}
          >
            {t(`action.${action}`)}
            {able.length < entries.length && <span>{format.integer(able.length)}</span>}
          </Button>
        );
      })}
    </SelectionBar>
  );
}
