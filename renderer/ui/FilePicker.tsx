import { FileUp } from 'lucide-react';
import { Button } from './Button.tsx';
import styles from './FilePicker.module.css';
import { FormField } from './FormField.tsx';
import { pickFiles } from './pick-files.ts';

export interface FilePickerProps {
  label: string;
  /** On the button. */
  choose: string;
  /** Endings, as the browser's picker takes them. */
  accept: string;
  /** What was chosen, and its size in words. */
  chosen: { name: string; size: string } | null;
  onPick: (file: File) => void;
}

/** Asks for one file of the computer that the page is on. */
export function FilePicker({ label, choose, accept, chosen, onPick }: FilePickerProps) {
  const pick = async () => {
    const [file] = await pickFiles({ accept, multiple: false });
    if (file !== undefined) onPick(file);
  };
  return (
    <FormField label={label}>
      {chosen !== null && (
        <span className={styles.chosen}>
          {chosen.name} <span className={styles.size}>{chosen.size}</span>
        </span>
      )}
      <span>
        <Button icon={<FileUp />} onClick={() => void pick()}>
          {choose}
        </Button>
      </span>
    </FormField>
  );
}
