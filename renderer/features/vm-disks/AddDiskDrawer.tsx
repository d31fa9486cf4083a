import { useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FilePicker } from '../../ui/FilePicker.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { TextField } from '../../ui/TextField.tsx';
import type { WantedDisk } from './use-disks.ts';
import styles from './vm-disks.module.css';

const GIB = 1024 ** 3;

type Kind = Exclude<WantedDisk['type'], 'detached'>;

export function AddDiskDrawer({ name, onAdd, onClose }: { name: string; onAdd: (disk: WantedDisk) => void; onClose: () => void }) {
  const { t, format } = useI18n();
  const [type, setType] = useState<Kind>('blank');
  const [size, setSize] = useState('10');
  const [file, setFile] = useState<File | null>(null);
  const [path, setPath] = useState('');
  const wanted = read({ type, size, file, path: path.trim() });
  const add = () => {
    if (wanted === null) return;
    onClose();
    onAdd(wanted);
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
          <Button variant="primary" disabled={wanted === null} onClick={add}>
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
              { value: 'page', label: t('disks.file') },
              { value: 'file', label: t('disks.fromPath') },
            ]}
            onValueChange={setType}
          />
        </FormField>
        {type !== 'blank' && <p className={styles.muted}>{t('disks.copyHelp')}</p>}
        {type === 'blank' && (
          <FormField label={t('disks.size')}>
            <TextField label={t('disks.size')} inputMode="decimal" value={size} onChange={(event) => setSize(event.target.value)} />
          </FormField>
        )}
        {type === 'page' && (
          <FilePicker
            label={t('disks.chosen')}
            choose={t('disks.choose')}
            accept=".qcow2,.img,.raw,.vmdk,.vhdx,.vdi"
            chosen={file && { name: file.name, size: format.bytes(file.size) }}
            onPick={setFile}
          />
        )}
        {type === 'file' && (
          <FormField label={t('disks.path')} help={t('disks.pathHelp')}>
            <TextField
              label={t('disks.path')}
              placeholder="/srv/images/data.vmdk"
              value={path}
              onChange={(event) => setPath(event.target.value)}
            />
          </FormField>
        )}
        <button type="submit" hidden />
      </form>
    </Drawer>
  );
}

/** Null while something is missing. */
function read({ type, size, file, path }: { type: Kind; size: string; file: File | null; path: string }): WantedDisk | null {
  if (type === 'page') return file && { type, file };
  if (type === 'file') return path.startsWith('/') ? { type, path } : null;
  const sizeBytes = Math.round(Number(size) * GIB);
  return sizeBytes >= 1024 ** 2 && Number(size) <= 65_536 ? { type: 'blank', sizeBytes } : null;
}
