import type { Image } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { type ImageUsers, imageTitle } from './list-images.ts';

export interface RemoveImagesDialogProps {
  images: readonly Image[];
  users: ImageUsers;
  onClose: () => void;
}

/** Names the images, how many, and what still uses them. */
export function RemoveImagesDialog({ images, users, onClose }: RemoveImagesDialogProps) {
  const { t, format } = useI18n();
  const { commands } = useStores();
  const names = format.list(images.map((image) => imageTitle(image, t('images.dangling'))));
  const using = images.flatMap((image) => users.get(image.id) ?? []).map(({ name }) => name);
  const remove = () => {
    onClose();
    void commands.removeImages(images.map(({ id }) => id));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('images.removeTitle', { count: images.length, names })}
      description={using.length > 0 ? t('images.removeUsed', { machines: format.list(using) }) : t('images.removeText')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="danger" onClick={remove}>
            {t('images.removeConfirm', { count: images.length })}
          </Button>
        </>
      }
    />
  );
}
