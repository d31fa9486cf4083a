import { type DragEvent, type ReactNode, useState } from 'react';
import { folderOf } from '../builds/dropped-folder.ts';
import styles from './DropZone.module.css';

/** Takes files that are dropped anywhere on it, and says so while they hover. */
export function DropZone({ hint, onFiles, children }: { hint: string; onFiles: (files: File[]) => void; children: ReactNode }) {
  const [hovering, setHovering] = useState(false);
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the mouse; the menu does the same
    <div
      className={styles.drop}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setHovering(true);
      }}
      onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setHovering(false)}
      onDrop={(event) => {
        setHovering(false);
        // A folder is taken by who builds it.
        if (!hasFiles(event) || folderOf(event.dataTransfer.items) !== null) return;
        event.preventDefault();
        onFiles([...event.dataTransfer.files]);
      }}
    >
      {children}
      {hovering && (
        <div className={styles.dropHint}>
          <span>{hint}</span>
        </div>
      )}
    </div>
  );
}
