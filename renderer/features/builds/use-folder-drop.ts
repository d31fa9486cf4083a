import { useEffect, useRef, useState } from 'react';
import { type DroppedFolder, folderOf } from './dropped-folder.ts';

/** Takes a folder that is dropped anywhere on the page. True while files are held over it. */
export function useFolderDrop(enabled: boolean, onFolder: (folder: DroppedFolder) => void): boolean {
  const [isOver, setOver] = useState(false);
  const latest = useRef(onFolder);
  useEffect(() => {
    latest.current = onFolder;
  });
  useEffect(() => {
    if (!enabled) return;
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') === true;
    const onDragOver = (event: DragEvent) => {
      // What another part of the page takes is not ours.
      if (!hasFiles(event) || event.defaultPrevented) return;
      event.preventDefault();
      setOver(true);
    };
    const onDragLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent) => {
      setOver(false);
      if (!hasFiles(event) || event.defaultPrevented || event.dataTransfer === null) return;
      // A browser would leave the page to show a file.
      event.preventDefault();
      const folder = folderOf(event.dataTransfer.items);
      if (folder !== null) latest.current(folder);
    };
    window.addEventListener('dragover', onDragOver);
    window.addEventListener('dragleave', onDragLeave);
    window.addEventListener('drop', onDrop);
    return () => {
      window.removeEventListener('dragover', onDragOver);
      window.removeEventListener('dragleave', onDragLeave);
      window.removeEventListener('drop', onDrop);
    };
  }, [enabled]);
  return isOver;
}
