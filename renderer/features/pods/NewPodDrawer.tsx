import { type FormEvent, useId, useState } from 'react';
import { type Engine, type EngineId, podRequest } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './pods.module.css';
import { readPorts } from './read-ports.ts';

export function NewPodDrawer({ engines, onClose }: { engines: readonly Engine[]; onClose: () => void }) {
  const { t } = useI18n();
  const { stackCommands } = useStores();
  const form = useId();
  const [name, setName] = useState('');
  const [words, setWords] = useState('');
  const [chosen, setChosen] = useState<EngineId | null>(null);
  const engine = engines.find(({ id }) => id === chosen) ?? engines[0];
  const { ports, wrong } = readPorts(words);
  const request = podRequest.safeParse({ engineId: engine?.id, name, ports });
  const create = async (event: FormEvent) => {
    event.preventDefault();
    if (request.success && wrong === null && (await stackCommands.createPod(request.data))) onClose();
  };
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('pods.new')}
      closeLabel={t('common.close')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form={form} variant="primary" disabled={!request.success || wrong !== null}>
            {t('pods.create')}
          </Button>
        </>
      }
    >
      <form id={form} className={styles.form} onSubmit={create}>
        {engines.length > 1 && engine !== undefined && (
          <FormField label={t('pods.engine')}>
            <Select
              label={t('pods.engine')}
              value={engine.id}
              options={engines.map((one) => ({ value: one.id, label: one.name }))}
              onValueChange={setChosen}
            />
          </FormField>
        )}
        <FormField
          label={t('pods.name')}
          help={name !== '' && !request.success ? <span className={styles.wrong}>{t('pods.nameWrong')}</span> : undefined}
        >
          <TextField label={t('pods.name')} value={name} onChange={(event) => setName(event.target.value)} />
        </FormField>
        <FormField
          label={t('pods.ports')}
          help={wrong === null ? t('pods.portsHelp') : <span className={styles.wrong}>{t('pods.portsWrong', { port: wrong })}</span>}
        >
          <TextField label={t('pods.ports')} placeholder="8080:80" value={words} onChange={(event) => setWords(event.target.value)} />
        </FormField>
      </form>
    </Drawer>
  );
}
