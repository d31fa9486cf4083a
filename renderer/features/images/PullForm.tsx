import { CloudDownload } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { EngineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import styles from './images.module.css';

/** Pulls by name. The progress and the way to cancel are in the tasks tray, which opens. */
export function PullForm() {
  const { t } = useI18n();
  const { commands, ui } = useStores();
  const containers = useAvailability('container');
  const [name, setName] = useState('');
  const [chosen, setChosen] = useState<EngineId | null>(null);
  const engines = containers.available ? containers.engines.filter((engine) => engine.facets.includes('images')) : [];
  const engine = engines.find(({ id }) => id === chosen) ?? engines[0];
  if (engine === undefined) return null;
  const pull = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === '') return;
    setName('');
    ui.setState({ tasksOpen: true });
    void commands.pull(engine.id, wanted);
  };
  return (
    <form className={styles.pull} onSubmit={pull}>
      {engines.length > 1 && (
        <Select
          label={t('images.engine')}
          value={engine.id}
          options={engines.map((one) => ({ value: one.id, label: one.name }))}
          onValueChange={setChosen}
        />
      )}
      <TextField
        className={styles.pullName}
        label={t('images.pullLabel')}
        placeholder={t('images.pullPlaceholder')}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" variant="primary" icon={<CloudDownload />} disabled={name.trim() === ''}>
        {t('images.pull')}
      </Button>
    </form>
  );
}
