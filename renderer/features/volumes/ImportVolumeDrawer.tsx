import { FileUp } from 'lucide-react';
import { useState } from 'react';
import type { EngineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { pickFiles } from '../../ui/pick-files.ts';
import { Segments } from '../../ui/Segments.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useVolumeEngines } from './use-engines.ts';
import { useVolumeCommands, VOLUME_NAME } from './use-volume-commands.ts';
import styles from './volumes.module.css';

/** A tar becomes a volume, or is put into one. It goes on as a task. */
export function ImportVolumeDrawer({ onClose }: { onClose: () => void }) {
  const { t, format } = useI18n();
  const commands = useVolumeCommands();
  const engines = useVolumeEngines();
  const volumes = useInventory((inventory) => inventory.volumes);
  const [chosen, setChosen] = useState<EngineId | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [into, setInto] = useState<'new' | 'existing'>('new');
  const [name, setName] = useState('');
  const engine = engines.find(({ id }) => id === chosen) ?? engines[0];
  const names = [...volumes.values()].filter((volume) => volume.engineId === engine?.id).map((volume) => volume.name);
  const isTaken = into === 'new' && names.includes(name);
  const isNamed = into === 'new' ? VOLUME_NAME.test(name) && !isTaken : names.includes(name);
  const pick = async () => {
    const [picked] = await pickFiles({ accept: '.tar,.gz,.tgz,application/x-tar,application/gzip', multiple: false });
    if (picked === undefined) return;
    setFile(picked);
    const proposed = picked.name.replace(/\.(tar|tar\.gz|tgz)$/i, '');
    if (name === '' && VOLUME_NAME.test(proposed)) setName(proposed);
  };
  const start = () => {
    if (engine === undefined || file === null || !isNamed) return;
    onClose();
    void commands.import({ engineId: engine.id, name, into, file });
  };
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('volumes.import')}
      closeLabel={t('common.close')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={engine === undefined || file === null || !isNamed} onClick={start}>
            {t('volumes.importShort')}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <FormField label={t('volumes.file')}>
          {file !== null && (
            <span>
              {file.name} <span className={styles.muted}>{format.bytes(file.size)}</span>
            </span>
          )}
          <span>
            <Button icon={<FileUp />} onClick={() => void pick()}>
              {t('volumes.chooseFile')}
            </Button>
          </span>
        </FormField>
        {engines.length > 1 && (
          <FormField label={t('volumes.engine')}>
            <Select
              label={t('volumes.engine')}
              value={engine?.id ?? null}
              options={engines.map((one) => ({ value: one.id, label: one.name }))}
              onValueChange={setChosen}
            />
          </FormField>
        )}
        <FormField label={t('volumes.into')} {...(into === 'existing' ? { help: t('volumes.intoExistingHelp') } : {})}>
          <Segments
            label={t('volumes.into')}
            value={into}
            options={[
              { value: 'new', label: t('volumes.intoNew') },
              { value: 'existing', label: t('volumes.intoExisting') },
            ]}
            onValueChange={setInto}
          />
        </FormField>
        {into === 'new' ? (
          <FormField
            label={t('volumes.name')}
            help={isTaken ? <span className={styles.problem}>{t('volumes.nameTaken')}</span> : t('volumes.nameInvalid')}
          >
            <TextField label={t('volumes.name')} value={name} onChange={(event) => setName(event.target.value)} />
          </FormField>
        ) : (
          <FormField label={t('volumes.choose')}>
            <Select
              label={t('volumes.choose')}
              value={names.includes(name) ? name : null}
              placeholder={t('volumes.choose')}
              options={names.map((one) => ({ value: one, label: one }))}
              onValueChange={setName}
            />
          </FormField>
        )}
      </div>
    </Drawer>
  );
}
