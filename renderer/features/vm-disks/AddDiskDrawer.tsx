import { useState } from 'react';
import type { AddDiskRequest } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './vm-disks.module.css';

const GIB = 1024 ** 3;

export function AddDiskDrawer({
  name,
  onAdd,
  onClose,
}: {
  name: string;
  onAdd: (from: AddDiskRequest['from']) => void;
  onClose: () => void;
}) {
  const { t } = useI18n();
  const [type, setType] = useState<'blank' | 'file'>('blank');
  const [size, setSize] = useState('10');
  const [path, setPath] = useState('');
  const sizeBytes = Math.round(Number(size) * GIB);
  const isReady = type === 'blank' ? sizeBytes >= 1024 ** 2 && Number(size) <= 65_536 : path.startsWith('/');
  const add = () => {
    if (!isReady) return;
    onClose();
    onAdd(type === 'blank' ? { type, sizeBytes } : { type, path: path.trim() });
  };
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('disks.addTitle', { name })}
      closeLabel={t('common.close')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={!isReady} onClick={add}>
            {t('disks.add')}
          </Button>
        </>
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <FormField label={t('disks.from')}>
          <Segments
            label={t('disks.from')}
            value={type}
            options={[
              { value: 'blank', label: t('disks.blank') },
              { value: 'file', label: t('disks.file') },
            ]}
            onValueChange={setType}
          />
        </FormField>
        {type === 'blank' ? (
          <FormField label={t('disks.size')}>
            <TextField label={t('disks.size')} inputMode="decimal" value={size} onChange={(event) => setSize(event.target.value)} />
          </FormField>
        ) : (
          <FormField label={t('disks.path')} help={t('disks.pathHelp')}>
            <TextField label={t('disks.path')} value={path} onChange={(event) => setPath(event.target.value)} />
          </FormField>
        )}
        <button type="submit" hidden />
      </form>
    </Drawer>
  );
}
