import { KeyRound, LockKeyhole } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { guestSshKeyRequest, type Machine, type Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Section } from '../../ui/Section.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './GuestTab.module.css';

interface AccountsProps {
  machine: Machine;
  canSetPassword: boolean;
  canAddKeys: boolean;
}

export function AccountsSection({ machine, canSetPassword, canAddKeys }: AccountsProps) {
  const { t, problem: sentence } = useI18n();
  const { connection } = useStores();
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [key, setKey] = useState('');
  const [said, setSaid] = useState<{ text: string } | { problem: Problem } | null>(null);
  const isKey = guestSshKeyRequest.shape.key.safeParse(key).success;

  const does = (work: () => Promise<string>) => async (event: FormEvent) => {
    event.preventDefault();
    setSaid(null);
    try {
      setSaid({ text: await work() });
    } catch (error) {
      setSaid({ problem: connection.problemOf(error) });
    }
  };
  const changePassword = does(async () => {
    await connection.client.guest.setPassword({ id: machine.id, user, password });
    setPassword('');
    return t('guest.passwordSet', { user });
  });
  const addKey = does(async () => {
    await connection.client.guest.addSshKey({ id: machine.id, user, key });
    setKey('');
    return t('guest.keyAdded', { user });
  });
  return (
    <Section title={t('guest.accounts')} text={t('guest.accountsText')} wide>
      <div className={styles.forms}>
        <TextField label={t('guest.user')} placeholder={t('guest.user')} value={user} onChange={(event) => setUser(event.target.value)} />
        {canSetPassword && (
          <form className={styles.row} onSubmit={changePassword}>
            <TextField
              className={styles.grow ?? ''}
              type="password"
              autoComplete="new-password"
              label={t('guest.password')}
              placeholder={t('guest.password')}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
            <Button type="submit" icon={<LockKeyhole />} disabled={user === '' || password === ''}>
              {t('guest.setPassword')}
            </Button>
          </form>
        )}
        {canAddKeys && (
          <form className={styles.row} onSubmit={addKey}>
            <TextField
              className={styles.grow ?? ''}
              label={t('guest.key')}
              placeholder="ssh-ed25519 …"
              value={key}
              aria-invalid={key !== '' && !isKey}
              onChange={(event) => setKey(event.target.value)}
            />
            <Button type="submit" icon={<KeyRound />} disabled={user === '' || !isKey}>
              {t('guest.addKey')}
            </Button>
          </form>
        )}
      </div>
      {key !== '' && !isKey && <p className={styles.problem}>{t('guest.keyWrong')}</p>}
      <div className={styles.outcome} role="status">
        {said !== null && ('text' in said ? <p>{said.text}</p> : <p className={styles.problem}>{sentence(said.problem)}</p>)}
      </div>
    </Section>
  );
}
