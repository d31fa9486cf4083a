import { CornerLeftUp, Folder } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { FolderListing } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import styles from './FolderChooser.module.css';

/** Folders of the computer that the backend runs on: a browser has no dialog for those. */
export function FolderChooser(props: { from: string | null; onChoose: (path: string) => void; onClose: () => void }) {
  const { t } = useI18n();
  const { connection, notices } = useStores();
  const [path, setPath] = useState(props.from);
  const [listing, setListing] = useState<FolderListing | null>(null);
  useEffect(() => {
    const ending = new AbortController();
    connection.client.builds.folders({ path }, { signal: ending.signal }).then(setListing, (error: unknown) => {
      if (ending.signal.aborted) return;
      notices.tell(connection.problemOf(error));
      // What was typed may be wrong: home is always there.
      if (path !== null) setPath(null);
    });
    return () => ending.abort();
  }, [connection, notices, path]);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && props.onClose()}
      title={t('builds.chooser')}
      size="large"
      footer={
        <>
          <Button onClick={props.onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={listing === null} onClick={() => listing !== null && props.onChoose(listing.path)}>
            {t('builds.chooserUse')}
          </Button>
        </>
      }
    >
      <div className={styles.chooser}>
        <p className={styles.path}>
          <code>{listing?.path ?? '…'}</code>
          {listing?.hasDockerfile && <Badge>{t('builds.chooserHas')}</Badge>}
        </p>
        <ul className={styles.folders} aria-label={t('builds.folder')}>
          {listing?.parent != null && (
            <li>
              <button type="button" className={styles.folder} onClick={() => setPath(listing.parent)}>
                <CornerLeftUp size={14} />
                {t('builds.chooserUp')}
              </button>
            </li>
          )}
          {listing?.folders.map((folder) => (
            <li key={folder.path}>
              <button type="button" className={styles.folder} onClick={() => setPath(folder.path)}>
                <Folder size={14} />
                {folder.name}
              </button>
            </li>
          ))}
        </ul>
        {listing?.folders.length === 0 && <p className={styles.empty}>{t('builds.chooserEmpty')}</p>}
      </div>
    </Dialog>
  );
}
