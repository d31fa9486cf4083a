import { KeyRound, Library } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { type Engine, type EngineId, type Registry, registryName } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useSettings } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { PageHeader } from '../shell/PageHeader.tsx';
import { PageSkeleton } from '../shell/PageSkeleton.tsx';
import { EmbeddedRegistryDialog } from './EmbeddedRegistryDialog.tsx';
import { ProxyTable } from './ProxyTable.tsx';
import styles from './RegistriesPage.module.css';
import { RegistryCard } from './RegistryCard.tsx';
import { SignInDialog } from './SignInDialog.tsx';
import { useRegistries } from './use-registries.ts';

/** Where images come from and go to: who is signed in, what is not safe, which proxies are in force. */
export function RegistriesPage() {
  const { t } = useI18n();
  const ready = useInventory((inventory) => inventory.ready);
  const containers = useAvailability('container');
  const [chosen, setChosen] = useState<EngineId | null>(null);
  if (!ready) return <PageSkeleton />;
  const engines = containers.available ? containers.engines.filter((engine) => engine.facets.includes('registries')) : [];
  const engine = engines.find(({ id }) => id === chosen) ?? engines[0];
  return (
    <>
      <PageHeader title={t('registries.title')}>
        {engines.length > 1 && engine !== undefined && (
          <Select
            label={t('registries.engine')}
            value={engine.id}
            options={engines.map((one) => ({ value: one.id, label: one.name }))}
            onValueChange={setChosen}
          />
        )}
        <Link href="/images">{t('registries.toImages')}</Link>
      </PageHeader>
      {engine === undefined ? (
        <EngineProblem kind="container" problem={containers.available ? null : containers.problem} />
      ) : (
        <Registries key={engine.id} engine={engine} />
      )}
    </>
  );
}

function Registries({ engine }: { engine: Engine }) {
  const i18n = useI18n();
  const { t } = i18n;
  const { state, reload } = useRegistries(engine.id);
  const [added, setAdded] = useState<readonly string[]>([]);
  const [signingIn, setSigningIn] = useState<string | null>(null);
  const [setting, setSetting] = useState<string | null>(null);
  const { embeddedRegistries } = useSettings();
  if (state.status === 'loading') return <PageSkeleton />;
  if (state.status === 'failed') {
    return (
      <EmptyState
        icon={<Library size={32} />}
        title={t('registries.failed')}
        action={<Button onClick={reload}>{t('registries.again')}</Button>}
      >
        {i18n.problem(state.problem)}
      </EmptyState>
    );
  }
  const { registries, insecureRanges, proxies, problems } = state.overview;
  const set = engine.embedded ? embeddedRegistries : [];
  const all = withNames(registries, [...set.map(({ registry }) => registry), ...added]).map((registry) => {
    const own = set.find((one) => one.registry === registry.name);
    // The engine says the same a moment later.
    return own === undefined ? registry : { ...registry, insecure: registry.insecure || own.insecure, mirrors: own.mirrors };
  });
  return (
    <div className={styles.scroller}>
      {problems.map((problem) => (
        <p key={problem.message} role="alert" className={styles.problem}>
          {i18n.problem(problem)}
        </p>
      ))}
      <section className={styles.section} aria-label={t('registries.known')}>
        <h2 className={styles.title}>{t('registries.known')}</h2>
        <ul className={styles.card}>
          {all.map((registry) => (
            <RegistryCard
              // What was found out as somebody else holds no more.
              key={`${registry.name} ${registry.signedIn?.username ?? ''}`}
              engineId={engine.id}
              registry={registry}
              onSignIn={() => setSigningIn(registry.name)}
              onSet={engine.embedded ? () => setSetting(registry.name) : null}
              onChange={reload}
            />
          ))}
        </ul>
        <AddRegistry onAdd={(name) => setAdded((before) => [...new Set([...before, name])])} />
      </section>
      {insecureRanges.length > 0 && (
        <section className={styles.section} aria-label={t('registries.ranges')}>
          <h2 className={styles.title}>{t('registries.ranges')}</h2>
          <div className={styles.card}>
            <p className={styles.note}>
              <code>{insecureRanges.join(', ')}</code> {t('registries.rangesText')}
            </p>
          </div>
        </section>
      )}
      <ProxyTable proxies={proxies} />
      {setting !== null && <EmbeddedRegistryDialog registry={setting} onClose={() => setSetting(null)} />}
      {signingIn !== null && (
        <SignInDialog
          engineId={engine.id}
          registry={signingIn}
          store={all.find(({ name }) => name === signingIn)?.store ?? { helper: null, path: '' }}
          onClose={() => setSigningIn(null)}
          onDone={reload}
        />
      )}
    </div>
  );
}

/** Also those that nobody has spoken of but the person in front. */
function withNames(registries: readonly Registry[], names: readonly string[]): Registry[] {
  const known = new Set(registries.map(({ name }) => name));
  const store = registries[0]?.store ?? { helper: null, path: '' };
  const more = [...new Set(names)].filter((name) => !known.has(name));
  return [...registries, ...more.map((name) => ({ name, signedIn: null, store, insecure: false, mirrors: [] }))];
}

/** Any registry can be checked and signed in to, known or not. */
function AddRegistry({ onAdd }: { onAdd: (name: string) => void }) {
  const { t } = useI18n();
  const [name, setName] = useState('');
  const bare = name
    .trim()
    .replace(/^https?:\/\//, '')
    .replace(/\/.*$/, '');
  const valid = registryName.safeParse(bare).success;
  const add = (event: FormEvent) => {
    event.preventDefault();
    if (!valid) return;
    onAdd(bare);
    setName('');
  };
  return (
    <form className={styles.add} onSubmit={add}>
      <TextField
        className={styles.name}
        label={t('registries.nameLabel')}
        placeholder="registry.example:5000"
        value={name}
        aria-invalid={bare !== '' && !valid}
        onChange={(event) => setName(event.target.value)}
      />
      <Button type="submit" icon={<KeyRound />} disabled={!valid}>
        {t('registries.add')}
      </Button>
    </form>
  );
}
