import { CloudDownload, SlidersHorizontal } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { EngineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import styles from './images.module.css';

const OWN = 'own';
const PLATFORMS = ['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/386', 'linux/ppc64le', 'linux/riscv64', 'linux/s390x'];

/** Pulls by name. The progress and the way to cancel are in the tasks tray, which opens. */
export function PullForm() {
  const { t } = useI18n();
  const { commands, ui } = useStores();
  const containers = useAvailability('container');
  const [name, setName] = useState('');
  const [platform, setPlatform] = useState(OWN);
  const [allTags, setAllTags] = useState(false);
  const [chosen, setChosen] = useState<EngineId | null>(null);
  const engines = containers.available ? containers.engines.filter((engine) => engine.facets.includes('registries')) : [];
  const engine = engines.find(({ id }) => id === chosen) ?? engines[0];
  if (engine === undefined) return null;
  const pull = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (wanted === '') return;
    setName('');
    ui.setState({ tasksOpen: true });
    void commands.pull(engine.id, wanted, { ...(platform === OWN ? {} : { platform }), ...(allTags ? { allTags } : {}) });
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
      <Popover
        title={t('pull.options')}
        trigger={
          <IconButton label={t('pull.options')}>
            <SlidersHorizontal />
          </IconButton>
        }
      >
        <div className={styles.pullOptions}>
          <Select
            label={t('pull.platform')}
            value={platform}
            options={[{ value: OWN, label: t('pull.platformOwn') }, ...PLATFORMS.map((value) => ({ value, label: value }))]}
            onValueChange={setPlatform}
          />
          <div className={styles.pullOption}>
            <Checkbox label={t('pull.allTags')} checked={allTags} onCheckedChange={setAllTags} />
            <span aria-hidden="true">{t('pull.allTags')}</span>
          </div>
        </div>
      </Popover>
      <Button type="submit" variant="primary" icon={<CloudDownload />} disabled={name.trim() === ''}>
        {t('images.pull')}
      </Button>
    </form>
  );
}
