import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import type { GuestImageRow } from './list-guest-images.ts';

/** Names what is lost; those that machines use, stay. */
export function RemoveGuestImagesDialog({ rows, onClose }: { rows: readonly GuestImageRow[]; onClose: () => void }) {
  const { t, format } = useI18n();
  const { guestImageCommands } = useStores();
  const images = rows.map(({ image }) => image);
  const free = images.filter(({ usedBy }) => usedBy.length === 0);
  const used = images.filter(({ usedBy }) => usedBy.length > 0);
  const users = [...new Set(used.flatMap(({ usedBy }) => usedBy))];
  const bytes = format.bytes(free.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
  const remove = () => {
    onClose();
    void guestImageCommands.remove(free);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('guestImages.removeTitle', { count: images.length, names: format.list(images.map(({ name }) => name)) })}
      description={
        <>
          {free.length > 0 && t('guestImages.removeText', { count: free.length, bytes })}{' '}
          {used.length > 0 &&
            t('guestImages.removeUsed', { names: format.list(used.map(({ name }) => name)), machines: format.list(users) })}
        </>
      }
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          {free.length > 0 && (
            <Button variant="danger" onClick={remove}>
              {t('action.remove')}
            </Button>
          )}
        </>
      }
    />
  );
}
