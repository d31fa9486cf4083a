import type { Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { ACTION_ICONS } from './actions.tsx';

/** For pages that have nothing to show of a machine that does not run; nothing where it cannot be started. */
export function StartButton({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  const { commands } = useStores();
  if (!machine.actions.includes('start')) return null;
  return (
    <Button variant="primary" icon={ACTION_ICONS.start} onClick={() => void commands.act([machine.id], 'start')}>
      {t('action.start')}
    </Button>
  );
}
