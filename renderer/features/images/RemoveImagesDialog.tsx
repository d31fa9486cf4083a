import { useState } from 'react';
import type { Image } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import form from './forms.module.css';
import { bytesFreed } from './layer-sizes.ts';
import { type ImageUsers, imageTitle } from './list-images.ts';

export interface RemoveImagesDialogProps {
  images: readonly Image[];
  users: ImageUsers;
  onClose: () => void;
}

/** Names the images, what comes back, and what still uses them. An engine removes no image that a container needs. */
export function RemoveImagesDialog({ images, users, onClose }: RemoveImagesDialogProps) {
  const { t, format } = useI18n();
  const { commands } = useStores();
  const every = useInventory((inventory) => inventory.images);
  const [withMachines, setWithMachines] = useState(false);
  const ids = images.map(({ id }) => id);
  const names = format.list(images.map((image) => imageTitle(image, t('images.dangling'))));
  // A virtual machine has a disk of its own by now.
  const using = images.flatMap((image) => users.get(image.id) ?? []).filter(({ kind }) => kind === 'container');
  const machines = format.list(using.map(({ name }) => name));
  const remove = () => {
    onClose();
    void commands.removeImagesWith(ids, withMachines ? using.map(({ id }) => id) : []);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('images.removeTitle', { count: images.length, names })}
      description={
        <>
          <span>{using.length > 0 ? t('images.removeUsed', { machines }) : t('images.removeText')}</span>{' '}
          <span>{t('image.comesBack', { bytes: format.bytes(bytesFreed([...every.values()], new Set(ids))) })}</span>
        </>
      }
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="danger" disabled={using.length > 0 && !withMachines} onClick={remove}>
            {t('images.removeConfirm', { count: images.length })}
          </Button>
        </>
      }
    >
      {using.length > 0 && (
        <div className={form.check}>
          <Checkbox
            label={t('image.removeMachines', { count: using.length, machines })}
            checked={withMachines}
            onCheckedChange={setWithMachines}
          />
          <span aria-hidden="true">{t('image.removeMachines', { count: using.length, machines })}</span>
        </div>
      )}
    </Dialog>
  );
}
