import type { Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';

/** Asks before a suspended machine's memory is given up. */
export function DiscardDialog({ machine, onClose }: { machine: Machine; onClose: () => void }) {
  const { t } = useI18n();
  const { commands } = useStores();
  const discard = () => {
    onClose();
    void commands.act([machine.id], 'discard');
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('discard.title', { name: machine.name })}
      description={t('discard.text')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="danger" onClick={discard}>
            {t('action.discard')}
          </Button>
        </>
      }
    />
  );
}
