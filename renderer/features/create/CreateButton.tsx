import { Plus } from 'lucide-react';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { useAvailability } from '../shell/engine-health.ts';

export function CreateButton() {
  const { t } = useI18n();
  const { ui } = useStores();
  const { available } = useAvailability('container');
  return (
    <Button
      variant="primary"
      icon={<Plus />}
      disabled={!available}
      onClick={() => ui.setState({ create: { from: 'image', image: '', engineId: null } })}
    >
      {t('create.open')}
    </Button>
  );
}
