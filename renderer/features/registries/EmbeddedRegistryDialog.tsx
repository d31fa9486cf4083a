import { type FormEvent, useId, useState } from 'react';
import { embeddedRegistry } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useSettings, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './RegistriesPage.module.css';

/** What the embedded engine is told of one registry; other engines are set up in files of their own. */
export function EmbeddedRegistryDialog({ registry, onClose }: { registry: string; onClose: () => void }) {
  const { t } = useI18n();
  const { commands } = useStores();
  const all = useSettings().embeddedRegistries;
  const before = all.find((one) => one.registry === registry);
  const form = useId();
  const [insecure, setInsecure] = useState(before?.insecure ?? false);
  const [mirrors, setMirrors] = useState(before?.mirrors.join(', ') ?? '');
  const entry = embeddedRegistry.safeParse({ registry, insecure, mirrors: mirrors.split(/[\s,]+/).filter((one) => one !== '') });
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!entry.success) return;
    const others = all.filter((one) => one.registry !== registry);
    const says = entry.data.insecure || entry.data.mirrors.length > 0;
    onClose();
    void commands.updateSettings({ embeddedRegistries: says ? [...others, entry.data] : others });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('embedded.title', { registry })}
      description={t('embedded.text')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form={form} variant="primary" disabled={!entry.success}>
            {t('embedded.save')}
          </Button>
        </>
      }
    >
      <form id={form} className={styles.form} onSubmit={save}>
        <div className={styles.field}>
          <span className={styles.muted}>{t('embedded.mirrors')}</span>
          <TextField
            label={t('embedded.mirrors')}
            placeholder="mirror.example:5000, cache.example/hub"
            aria-invalid={!entry.success}
            value={mirrors}
            onChange={(event) => setMirrors(event.target.value)}
          />
        </div>
        <div className={styles.plain}>
          <Checkbox label={t('embedded.insecure')} checked={insecure} onCheckedChange={setInsecure} />
          <span>
            <b>{t('embedded.insecure')}</b>
            <br />
            {t('embedded.insecureText')}
          </span>
        </div>
      </form>
    </Dialog>
  );
}
