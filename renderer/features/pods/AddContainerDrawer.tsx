import { type FormEvent, useId, useState } from 'react';
import type { ImageId, Pod } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './pods.module.css';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

export function AddContainerDrawer({ pod, onClose }: { pod: Pod; onClose: () => void }) {
  const { t } = useI18n();
  const { stackCommands } = useStores();
  const form = useId();
  const images = useInventory((inventory) =>
    [...inventory.images.values()].filter(({ engineId, names }) => engineId === pod.engineId && names.length > 0),
  );
  const [chosen, setChosen] = useState<ImageId | null>(null);
  const [name, setName] = useState('');
  const [command, setCommand] = useState('');
  const image = images.find(({ id }) => id === chosen) ?? images.find(({ starter }) => starter) ?? images[0];
  const wrong = name !== '' && !NAME.test(name);
  const add = async (event: FormEvent) => {
    event.preventDefault();
    if (image === undefined || wrong) return;
    const words = command.split(/\s+/).filter(Boolean);
    const request = { imageId: image.id, ...(name === '' ? {} : { name }), ...(words.length === 0 ? {} : { command: words }) };
    if (await stackCommands.addToPod(pod, request)) onClose();
  };
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('pods.addTo', { name: pod.name })}
      closeLabel={t('common.close')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form={form} variant="primary" disabled={image === undefined || wrong}>
            {t('pods.addConfirm')}
          </Button>
        </>
      }
    >
      <form id={form} className={styles.form} onSubmit={add}>
        <FormField label={t('pods.image')}>
          <Select
            label={t('pods.image')}
            value={image?.id ?? null}
            options={images.map(({ id, names }) => ({ value: id, label: names[0] ?? id }))}
            onValueChange={setChosen}
          />
        </FormField>
        <FormField label={t('pods.containerName')} help={wrong ? <span className={styles.wrong}>{t('pods.nameWrong')}</span> : undefined}>
          <TextField label={t('pods.containerName')} value={name} onChange={(event) => setName(event.target.value)} aria-invalid={wrong} />
        </FormField>
        <FormField label={t('pods.command')}>
          <TextField label={t('pods.command')} value={command} onChange={(event) => setCommand(event.target.value)} />
        </FormField>
      </form>
    </Drawer>
  );
}
