import { Plus } from 'lucide-react';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { useAvailability } from '../shell/engine-health.ts';

export function NewVmButton() {
  const { t } = useI18n();
  const { ui } = useStores();
  const { available } = useAvailability('vm');
  return (
    <Button variant="primary" icon={<Plus />} disabled={!available} onClick={() => ui.setState({ newVm: { imageId: null } })}>
      {t('newVm.open')}
    </Button>
  );
}
