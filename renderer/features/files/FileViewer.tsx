import { Download } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { FileView } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { baseOf, shownName } from './file-rows.ts';
import styles from './files.module.css';
import { bestView, bytesOf, hexDump, imageType, textOf } from './view-content.ts';

export interface FileViewerProps {
  view: FileView;
  onDownload: () => void;
  onClose: () => void;
}

/** A file's beginning: as text, as a picture, or as bytes. */
export function FileViewer({ view, onDownload, onClose }: FileViewerProps) {
  const { t, format } = useI18n();
  const name = baseOf(view.path);
  const best = useMemo(() => bestView(view, name), [view, name]);
  const [as, setAs] = useState(best);
  const bytes = useMemo(() => bytesOf(view), [view]);
  const isCut = bytes.length < view.sizeBytes;
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={shownName(name)}
      size="large"
      footer={
        <>
          {isCut && (
            <span className={styles.part}>
              {t('files.viewPart', { shown: format.bytes(bytes.length), total: format.bytes(view.sizeBytes) })}
            </span>
          )}
          <Button icon={<Download />} onClick={onDownload}>
            {t('files.downloadShort')}
          </Button>
          <Button onClick={onClose}>{t('common.close')}</Button>
        </>
      }
    >
      {best !== 'bytes' && (
        <Segments
          label={t('files.viewAs')}
          value={as}
          options={[
            best === 'image' ? { value: 'image', label: t('files.viewImage') } : { value: 'text', label: t('files.viewText') },
            { value: 'bytes', label: t('files.viewBytes') },
          ]}
          onValueChange={setAs}
        />
      )}
      {bytes.length === 0 ? (
        <p className={styles.part}>{t('files.viewEmpty')}</p>
      ) : as === 'image' ? (
        <div className={styles.picture}>
          <img src={`data:${imageType(name)};base64,${view.content}`} alt={t('files.viewImageAlt', { name: shownName(name) })} />
        </div>
      ) : (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard has to reach it
        <pre className={styles.content} tabIndex={0}>
          {as === 'text' ? textOf(bytes, isCut) : hexDump(bytes)}
        </pre>
      )}
    </Dialog>
  );
}
