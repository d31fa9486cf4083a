import { X } from 'lucide-react';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import bulk from '../machines/actions.module.css';
import { ACTION_ICONS } from '../machines/actions.tsx';
import type { StackEntry } from './list-stacks.ts';

/** What can be done with the selection. Taking down asks first, on the stack's own page. */
export function StacksBulkBar({ entries, onClear }: { entries: readonly StackEntry[]; onClear: () => void }) {
  const { t, format } = useI18n();
  const { stackCommands } = useStores();
  return (
    <div className={bulk.bulk} role="toolbar" aria-label={t('bulk.label')}>
      <span className={bulk.count}>{t('bulk.selected', { count: entries.length })}</span>
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
      <IconButton className={bulk.end} label={t('bulk.clear')} onClick={onClear}>
        <X />
      </IconButton>
    </div>
  );
}
