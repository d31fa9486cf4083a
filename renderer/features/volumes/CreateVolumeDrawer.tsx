import { useState } from 'react';
import type { EngineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextArea } from '../../ui/TextArea.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { parseLines } from './list-volumes.ts';
import { useVolumeEngines } from './use-engines.ts';
import { useVolumeCommands, VOLUME_NAME } from './use-volume-commands.ts';
import styles from './volumes.module.css';

export function CreateVolumeDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useI18n();
  const commands = useVolumeCommands();
  const engines = useVolumeEngines();
  const volumes = useInventory((inventory) => inventory.volumes);
  const [chosen, setChosen] = useState<EngineId | null>(null);
  const [name, setName] = useState('');
  const [driver, setDriver] = useState('local');
  const [options, setOptions] = useState('');
  const [labels, setLabels] = useState('');
  const engine = engines.find(({ id }) => id === chosen) ?? engines[0];
  const isTaken = [...volumes.values()].some((volume) => volume.engineId === engine?.id && volume.name === name);
  const [optionLines, labelLines] = [parseLines(options), parseLines(labels)];
  const wrong = 'wrong' in optionLines ? optionLines.wrong : 'wrong' in labelLines ? labelLines.wrong : null;
  const isReady = engine !== undefined && VOLUME_NAME.test(name) && !isTaken && driver !== '' && wrong === null;
  const create = async () => {
    if (!isReady || 'wrong' in optionLines || 'wrong' in labelLines) return;
    const request = { engineId: engine.id, name, driver, options: optionLines.values, labels: labelLines.values };
    if (await commands.create(request)) onClose();
  };
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('volumes.create')}
      closeLabel={t('common.close')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={!isReady} onClick={() => void create()}>
            {t('volumes.createShort')}
          </Button>
        </>
      }
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          void create();
        }}
      >
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
        <FormField
          label={t('volumes.name')}
          help={isTaken ? <span className={styles.problem}>{t('volumes.nameTaken')}</span> : t('volumes.nameInvalid')}
        >
          <TextField label={t('volumes.name')} value={name} onChange={(event) => setName(event.target.value)} autoFocus />
        </FormField>
        <FormField label={t('volumes.driver')}>
          <TextField label={t('volumes.driver')} value={driver} onChange={(event) => setDriver(event.target.value)} />
        </FormField>
        <FormField label={t('volumes.options')} help={t('volumes.optionsHelp')}>
          <TextArea label={t('volumes.options')} rows={3} value={options} onChange={(event) => setOptions(event.target.value)} />
        </FormField>
        <FormField label={t('volumes.labels')} help={t('volumes.labelsHelp')}>
          <TextArea label={t('volumes.labels')} rows={3} value={labels} onChange={(event) => setLabels(event.target.value)} />
        </FormField>
        {wrong !== null && <p className={styles.problem}>{t('volumes.lineInvalid', { line: wrong })}</p>}
        <button type="submit" hidden />
      </form>
    </Drawer>
  );
}
