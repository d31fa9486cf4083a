import { ShieldAlert } from 'lucide-react';
import { useState } from 'react';
import type { EngineId, Registry, RegistryCheck } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import styles from './RegistriesPage.module.css';

export interface RegistryCardProps {
  engineId: EngineId;
  registry: Registry;
  onSignIn: () => void;
  /** Mirrors and the like can be set here; null where the engine has files of its own for that. */
  onSet: (() => void) | null;
  /** Somebody has signed out. */
  onChange: () => void;
}

/** One registry: who is signed in and where that is kept, what is not safe about it, and whether it answers. */
export function RegistryCard({ engineId, registry, onSignIn, onSet, onChange }: RegistryCardProps) {
  const { t } = useI18n();
  const { connection, notices } = useStores();
  const [check, setCheck] = useState<RegistryCheck | 'running' | null>(null);
  const { name, signedIn, insecure, mirrors } = registry;
  const runCheck = async () => {
    setCheck('running');
    try {
      setCheck(await connection.client.registries.check({ engineId, registry: name }));
    } catch (error) {
      setCheck(null);
      notices.tell(connection.problemOf(error), name);
    }
  };
  const signOut = async () => {
    try {
      await connection.client.registries.signOut({ engineId, registry: name });
      setCheck(null);
      onChange();
    } catch (error) {
      notices.tell(connection.problemOf(error), name);
    }
  };
  return (
    <li className={styles.registry} aria-label={name}>
      <div className={styles.words}>
        <div className={styles.head}>
          <span className={styles.host}>{name}</span>
          {insecure && <Badge tone="failed">{t('registries.insecure')}</Badge>}
        </div>
        <SignedIn signedIn={signedIn} />
        {mirrors.length > 0 && <div className={styles.muted}>{t('registries.mirrors', { mirrors: mirrors.join(', ') })}</div>}
        {insecure && (
          <div className={styles.warning}>
            <ShieldAlert size={14} />
            {t('registries.insecureText')}
          </div>
        )}
        <div role="status">{check !== null && check !== 'running' && <CheckResult check={check} />}</div>
      </div>
      <div className={styles.actions}>
        <Button size="small" disabled={check === 'running'} aria-label={t('registries.checkOf', { name })} onClick={() => void runCheck()}>
          {check === 'running' ? t('registries.checking') : t('registries.check')}
        </Button>
        {onSet !== null && (
          <Button size="small" aria-label={t('embedded.openOf', { name })} onClick={onSet}>
            {t('embedded.open')}
          </Button>
        )}
        {signedIn !== null && (
          <Button size="small" aria-label={t('registries.signOutOf', { name })} onClick={() => void signOut()}>
            {t('registries.signOut')}
          </Button>
        )}
        <Button size="small" aria-label={t('registries.signInOf', { name })} onClick={onSignIn}>
          {t(signedIn === null ? 'registries.signIn' : 'registries.signInAgain')}
        </Button>
      </div>
    </li>
  );
}

function SignedIn({ signedIn }: Pick<Registry, 'signedIn'>) {
  const { t } = useI18n();
  if (signedIn === null) return <div className={styles.muted}>{t('registries.signedOut')}</div>;
  const { username, store } = signedIn;
  const who = username === null ? t('registries.signedInToken') : t('registries.signedIn', { username });
  const where = store.helper === null ? t('registries.inFile', { path: store.path }) : t('registries.inHelper', { helper: store.helper });
  return (
    <div className={styles.muted}>
      {who} · {where}
    </div>
  );
}

function CheckResult({ check: { problem, access, ms, insecure } }: { check: RegistryCheck }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  if (problem !== null) {
    return (
      <div className={styles.result}>
        <StateDot state="failed" />
        <span className={styles.failed}>{i18n.problem(problem)}</span>
      </div>
    );
  }
  const words = [t('registries.reachable', { timing: format.timing(ms) }), access === null ? null : t(`registries.access.${access}`)];
  return (
    <div className={styles.result}>
      <StateDot state="running" />
      <span>{words.filter((word) => word !== null).join(' · ')}</span>
      {insecure && <span className={styles.muted}>{t('registries.unchecked')}</span>}
    </div>
  );
}
