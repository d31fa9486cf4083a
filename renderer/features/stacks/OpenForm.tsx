import { FileUp, FolderOpen } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import type { EngineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { stackUrl } from './stack-url.ts';
import styles from './stacks.module.css';
import { useComposeEngines } from './use-compose-engines.ts';

/** Opens a stack by the path of its file on the engine's host, or by a file of this computer. */
export function OpenForm({ onFile }: { onFile: (file: File | undefined) => void }) {
  const { t } = useI18n();
  const { stackCommands } = useStores();
  const [, navigate] = useLocation();
  const engines = useComposeEngines();
  const [chosen, setChosen] = useState<EngineId | null>(null);
  const [path, setPath] = useState('');
  const chooser = useRef<HTMLInputElement>(null);
  const engine = engines.find(({ id }) => id === chosen) ?? engines[0];
  if (engine === undefined) return null;
  const open = async (event: FormEvent) => {
    event.preventDefault();
    const project = await stackCommands.open(engine.id, path.trim());
    if (project !== null) navigate(stackUrl(project, 'file'));
  };
  return (
    <form className={styles.open} onSubmit={open}>
      {engines.length > 1 && (
        <Select
          label={t('stacks.engine')}
          value={engine.id}
          options={engines.map((one) => ({ value: one.id, label: one.name }))}
          onValueChange={setChosen}
        />
      )}
      <TextField
        className={styles.path}
        label={t('stacks.path')}
        placeholder={t('stacks.pathPlaceholder')}
        value={path}
        onChange={(event) => setPath(event.target.value)}
      />
      <Button type="submit" variant="primary" icon={<FolderOpen />} disabled={path.trim() === ''}>
        {t('stacks.open')}
      </Button>
      <IconButton label={t('stacks.choose')} onClick={() => chooser.current?.click()}>
        <FileUp />
      </IconButton>
      <input
        ref={chooser}
        type="file"
        accept=".yaml,.yml"
        hidden
        onChange={(event) => {
          onFile(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
    </form>
  );
}
