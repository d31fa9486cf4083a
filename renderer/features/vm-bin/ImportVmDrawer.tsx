import { type FormEvent, useState } from 'react';
import { type EngineId, VM_ARCHIVE_ENDING, type VmImportRequest, vmName } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FilePicker } from '../../ui/FilePicker.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { TextField } from '../../ui/TextField.tsx';
import form from '../guest-images/guest-images.module.css';

/** A machine of an archive, sent from here or read from the computer that the app runs on. It goes on as a task. */
export function ImportVmDrawer({
  engineId,
  file: chosen = null,
  onClose,
}: {
  engineId: EngineId;
  /** The archive that is chosen already. */
  file?: File | null;
  onClose: (isBegun: boolean) => void;
}) {
  const { t, format } = useI18n();
  const bring = useImport(engineId);
  const [from, setFrom] = useState<'file' | 'path'>('file');
  const [file, setFile] = useState(chosen);
  const [path, setPath] = useState('');
  const [name, setName] = useState('');
  const source = from === 'file' ? file : path.trim().startsWith('/') ? path.trim() : null;
  const isNamed = name.trim() === '' || vmName.safeParse(name.trim()).success;
  const start = (event?: FormEvent) => {
    event?.preventDefault();
    if (source === null || !isNamed) return;
    onClose(true);
    void bring(source, name.trim() === '' ? null : name.trim());
  };
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose(false)}
      title={t('vmCopy.importTitle')}
      closeLabel={t('common.close')}
      footer={
        <>
          <Button onClick={() => onClose(false)}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={source === null || !isNamed} onClick={() => start()}>
            {t('vmCopy.import')}
          </Button>
        </>
      }
    >
      <form className={form.form} onSubmit={start}>
        <FormField label={t('vmCopy.from')} help={t('vmCopy.importHelp')}>
          <Segments
            label={t('vmCopy.from')}
            value={from}
            options={[
              { value: 'file', label: t('vmCopy.fromFile') },
              { value: 'path', label: t('vmCopy.fromPath') },
            ]}
            onValueChange={setFrom}
          />
        </FormField>
        {from === 'file' ? (
          <FilePicker
            label={t('vmCopy.file')}
            choose={t('vmCopy.choose')}
            accept={VM_ARCHIVE_ENDING}
            chosen={file && { name: file.name, size: format.bytes(file.size) }}
            onPick={setFile}
          />
        ) : (
          <FormField label={t('vmCopy.path')} help={t('vmCopy.pathHelp')}>
            <TextField
              label={t('vmCopy.path')}
              placeholder={`/srv/machines/server${VM_ARCHIVE_ENDING}`}
              value={path}
              onChange={(event) => setPath(event.target.value)}
            />
          </FormField>
        )}
        <FormField label={t('vmCopy.name')} help={t('vmCopy.nameHelp')}>
          <TextField label={t('vmCopy.name')} value={name} aria-invalid={!isNamed} onChange={(event) => setName(event.target.value)} />
        </FormField>
        <button type="submit" hidden />
      </form>
    </Drawer>
  );
}

function useImport(engineId: EngineId) {
  const { connection, notices } = useStores();
  return async (source: File | string, name: string | null) => {
    const call = (from: VmImportRequest['from']) => connection.client.copies.import({ engineId, name, from });
    try {
      if (typeof source === 'string') await call({ type: 'host', path: source });
      else {
        const from = { type: 'page', fileName: source.name, sizeBytes: source.size } as const;
        await connection.sendFile(source, (transferId) => call({ ...from, transferId }));
      }
    } catch (error) {
      const problem = connection.problemOf(error);
      // Whoever cancelled it knows.
      if (problem.code !== 'cancelled') notices.tell(problem, typeof source === 'string' ? source : source.name);
    }
  };
}
