import { useState } from 'react';
import { type Checksum, checksum, downloadRequest, HEX_DIGITS } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FilePicker } from '../../ui/FilePicker.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './guest-images.module.css';
import { IMAGE_ENDINGS, nameFrom } from './list-guest-images.ts';

export type AddFrom = 'file' | 'path' | 'address';

/** A disk or a disc of one's own: sent from here, read from the computer that the app runs on, or downloaded. It goes on as a task. */
export function AddImageDrawer(props: { from: AddFrom; file: File | null; onClose: () => void }) {
  const { t, format } = useI18n();
  const { guestImageCommands } = useStores();
  const [from, setFrom] = useState(props.from);
  const [file, setFile] = useState(props.file);
  const [path, setPath] = useState('');
  const [url, setUrl] = useState('');
  const [sum, setSum] = useState('');
  const [typed, setTyped] = useState<string | null>(null);
  const source = { file: file?.name ?? '', path, address: url }[from];
  const name = (typed ?? nameFrom(source)).trim();
  const published = sum.trim() === '' ? null : checksumOf(sum);
  const isUrl = downloadRequest.shape.url.safeParse(url.trim()).success;
  const hasSource = { file: file !== null, path: path.startsWith('/'), address: isUrl && published !== undefined }[from];
  const start = () => {
    if (!hasSource || name === '') return;
    props.onClose();
    if (from === 'file' && file !== null) void guestImageCommands.upload(file, name);
    else if (from === 'path') void guestImageCommands.importFile({ path: path.trim(), name });
    else if (published !== undefined) void guestImageCommands.downloadFrom({ url: url.trim(), name, checksum: published });
  };
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={t('guestImages.add')}
      closeLabel={t('common.close')}
      footer={
        <>
          <Button onClick={props.onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={!hasSource || name === ''} onClick={start}>
            {t(from === 'address' ? 'guestImages.download' : 'guestImages.import')}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <FormField label={t('guestImages.from')} help={t('guestImages.formats')}>
          <Segments
            label={t('guestImages.from')}
            value={from}
            options={[
              { value: 'file', label: t('guestImages.fromFile') },
              { value: 'path', label: t('guestImages.fromPath') },
              { value: 'address', label: t('guestImages.fromAddress') },
            ]}
            onValueChange={setFrom}
          />
        </FormField>
        {from === 'file' && (
          <FilePicker
            label={t('guestImages.file')}
            choose={t('guestImages.choose')}
            accept={IMAGE_ENDINGS}
            chosen={file && { name: file.name, size: format.bytes(file.size) }}
            onPick={setFile}
          />
        )}
        {from === 'path' && (
          <FormField label={t('guestImages.path')} help={t('guestImages.pathHelp')}>
            <TextField
              label={t('guestImages.path')}
              placeholder="/srv/images/server.vmdk"
              value={path}
              onChange={(event) => setPath(event.target.value)}
            />
          </FormField>
        )}
        {from === 'address' && (
          <>
            <FormField label={t('guestImages.address')}>
              <TextField
                label={t('guestImages.address')}
                placeholder="https://example.org/server.qcow2"
                value={url}
                aria-invalid={url !== '' && !isUrl}
                onChange={(event) => setUrl(event.target.value)}
              />
            </FormField>
            <FormField
              label={t('guestImages.checksum')}
              help={t(published === undefined ? 'guestImages.checksumInvalid' : 'guestImages.checksumHelp')}
            >
              <TextField
                label={t('guestImages.checksum')}
                placeholder="SHA-256, SHA-512"
                value={sum}
                aria-invalid={published === undefined}
                onChange={(event) => setSum(event.target.value)}
              />
            </FormField>
          </>
        )}
        <FormField label={t('column.name')}>
          <TextField label={t('column.name')} value={typed ?? nameFrom(source)} onChange={(event) => setTyped(event.target.value)} />
        </FormField>
      </div>
    </Drawer>
  );
}

/** The algorithm follows from the length; undefined when it is neither's. */
function checksumOf(text: string): Checksum | undefined {
  const value = text.trim().toLowerCase();
  const algorithm = value.length === HEX_DIGITS.sha512 ? 'sha512' : 'sha256';
  return checksum.safeParse({ algorithm, value }).data;
}
