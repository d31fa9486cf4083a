import { type FormEvent, useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';

export function NewFolderDialog({ onCreate, onClose }: { onCreate: (name: string) => void; onClose: () => void }) {
  const { t } = useI18n();
  const [name, setName] = useState('');
  const isValid = name !== '' && name !== '.' && name !== '..' && !name.includes('/');
  const create = (event: FormEvent) => {
    event.preventDefault();
    if (isValid) onCreate(name);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('files.newFolder')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={!isValid} onClick={create}>
            {t('files.create')}
          </Button>
        </>
      }
    >
      <form onSubmit={create}>
        <TextField label={t('files.newFolderName')} value={name} onChange={(event) => setName(event.target.value)} autoFocus />
      </form>
    </Dialog>
  );
}
