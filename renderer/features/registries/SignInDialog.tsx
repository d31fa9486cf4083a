import { type FormEvent, useId, useState } from 'react';
import type { CredentialStore, EngineId, Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './RegistriesPage.module.css';

export interface SignInDialogProps {
  engineId: EngineId;
  registry: string;
  /** Where it will be kept. */
  store: CredentialStore;
  onClose: () => void;
  onDone: () => void;
}

/** The registry is asked first; only what it takes is kept, and in plain base64 only after a clear word. */
export function SignInDialog({ engineId, registry, store, onClose, onDone }: SignInDialogProps) {
  const i18n = useI18n();
  const { t } = i18n;
  const { connection } = useStores();
  const form = useId();
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [acceptPlain, setAcceptPlain] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const plain = store.helper === null;
  const complete = username.trim() !== '' && password !== '' && (!plain || acceptPlain);
  const signIn = async (event: FormEvent) => {
    event.preventDefault();
    if (!complete || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      await connection.client.registries.signIn({ engineId, registry, username: username.trim(), password, acceptPlain });
      onDone();
      onClose();
    } catch (error) {
      setProblem(connection.problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('signIn.title', { registry })}
      description={
        store.helper === null ? t('signIn.keptInFile', { path: store.path }) : t('signIn.keptInHelper', { helper: store.helper })
      }
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form={form} variant="primary" disabled={!complete || busy}>
            {t(busy ? 'signIn.asking' : 'registries.signIn')}
          </Button>
        </>
      }
    >
      <form id={form} className={styles.form} onSubmit={(event) => void signIn(event)}>
        <TextField
          label={t('signIn.username')}
          placeholder={t('signIn.username')}
          autoComplete="username"
          value={username}
          onChange={(event) => setUsername(event.target.value)}
        />
        <TextField
          label={t('signIn.password')}
          placeholder={t('signIn.password')}
          type="password"
          autoComplete="current-password"
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {plain && (
          <div className={styles.plain}>
            <Checkbox label={t('signIn.acceptPlain')} checked={acceptPlain} onCheckedChange={setAcceptPlain} />
            <span>
              <b>{t('signIn.acceptPlain')}</b>
              <br />
              {t('signIn.plainText', { path: store.path })}
            </span>
          </div>
        )}
        {problem !== null && (
          <p role="alert" className={styles.failed}>
            {i18n.problem(problem)}
          </p>
        )}
      </form>
    </Dialog>
  );
}
