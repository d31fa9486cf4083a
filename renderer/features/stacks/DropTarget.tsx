import { type DragEvent, type ReactNode, useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import styles from './stacks.module.css';

const carriesFile = (event: DragEvent) => event.dataTransfer.types.includes('Files');

/** The whole page takes a file; without a mouse there is a button for the same. */
export function DropTarget({ enabled, onFile, children }: { enabled: boolean; onFile: (file: File) => void; children: ReactNode }) {
  const { t } = useI18n();
  const [over, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: a place to drop on is no control; OpenForm has the button for keys.
    <div
      className={styles.drop}
      onDragOver={(event) => {
        if (!enabled || !carriesFile(event)) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!(event.relatedTarget instanceof Node) || !event.currentTarget.contains(event.relatedTarget)) setOver(false);
      }}
      onDrop={(event) => {
        setOver(false);
        const [file] = event.dataTransfer.files;
        if (!enabled || file === undefined) return;
        event.preventDefault();
        onFile(file);
      }}
    >
      {children}
      {over && <div className={styles.dropHint}>{t('stacks.dropHere')}</div>}
    </div>
  );
}
