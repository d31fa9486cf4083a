import { CloudUpload } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import type { Image } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { nameIn, registryOfName } from './push-name.ts';
import styles from './RegistriesPage.module.css';
import { useRegistries } from './use-registries.ts';

/** A push goes where the name says: names for the registries that somebody is signed in to are proposed. */
export function PushDialog({ image, onClose }: { image: Image; onClose: () => void }) {
  const { t } = useI18n();
  const { connection, notices, ui } = useStores();
  const { state } = useRegistries(image.engineId);
  const form = useId();
  const first = image.names[0] ?? '';
  const [name, setName] = useState(first);
  const signedIn = state.status === 'ready' ? state.overview.registries.filter((registry) => registry.signedIn !== null) : [];
  const proposals = signedIn.map((registry) => nameIn(registry.name, first, registry.signedIn?.username ?? null));
  const wanted = name.trim();
  const push = (event: FormEvent) => {
    event.preventDefault();
    if (wanted === '') return;
    onClose();
    ui.setState({ tasksOpen: true });
    connection.client.images.push({ id: image.id, name: wanted }).catch((error) => {
      // With the tray open, the failure is shown at its task.
      if (!ui.getState().tasksOpen) notices.tell(connection.problemOf(error), wanted);
    });
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('push.title', { image: first })}
      description={t('push.text')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form={form} variant="primary" icon={<CloudUpload />} disabled={wanted === ''}>
            {t('push.push')}
          </Button>
        </>
      }
    >
      <form id={form} className={styles.form} onSubmit={push}>
        <TextField label={t('push.name')} value={name} onChange={(event) => setName(event.target.value)} />
        {wanted !== '' && <p className={styles.muted}>{t('push.goesTo', { registry: registryOfName(wanted) })}</p>}
        {proposals.length > 0 && (
          <div className={styles.proposals}>
            <span className={styles.muted}>{t('push.proposals')}</span>
            {[...new Set(proposals)].map((proposal) => (
              <Button key={proposal} size="small" onClick={() => setName(proposal)}>
                {proposal}
              </Button>
            ))}
          </div>
        )}
      </form>
    </Dialog>
  );
}
