import { useEffect, useRef, useState } from 'react';
import type { BuildAbilities, Dockerfile, Engine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Segments } from '../../ui/Segments.tsx';
import { Select } from '../../ui/Select.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './BuildDrawer.module.css';
import { type BuildForm, isPlatform, type SecretRow } from './build-form.ts';
import { Field } from './Field.tsx';
import { KeyValueRows } from './KeyValueRows.tsx';

const LAST = '';

export interface BuildOptionFieldsProps {
  form: BuildForm;
  onChange: (fields: Partial<BuildForm>) => void;
  found: { parsed: Dockerfile; secretIds: string[] } | null;
  engine: Engine;
}

/** What can be asked for besides the folder: most of it from the Dockerfile itself. */
export function BuildOptionFields({ form, onChange, found, engine }: BuildOptionFieldsProps) {
  const { t } = useI18n();
  const stages = found?.parsed.stages ?? [];
  const args = found?.parsed.args ?? [];
  const nextKey = useNextKey();
  return (
    <>
      {stages.length > 1 && (
        <Field label={t('builds.target')}>
          <Select
            label={t('builds.target')}
            value={form.target ?? LAST}
            options={[
              { value: LAST, label: t('builds.lastStage') },
              ...stages.map(({ name, index, from }) => ({ value: name ?? String(index), label: name ?? String(index), hint: from })),
            ]}
            onValueChange={(target) => onChange({ target: target === LAST ? null : target })}
          />
        </Field>
      )}
      {args.length > 0 && (
        <Field label={t('builds.args')}>
          {args.map(({ name, value }) => (
            <div key={name} className={styles.row}>
              <code className={styles.arg} title={name}>
                {name}
              </code>
              <TextField
                label={t('builds.valueOf', { name })}
                placeholder={value ?? ''}
                value={form.args[name] ?? ''}
                onChange={(event) => onChange({ args: { ...form.args, [name]: event.target.value } })}
              />
            </div>
          ))}
        </Field>
      )}
      <Secrets form={form} onChange={onChange} engine={engine} wanted={found?.secretIds ?? []} nextKey={nextKey} />
      <details className={styles.more}>
        <summary>{t('builds.more')}</summary>
        <div className={styles.moreFields}>
          <Field label={t('builds.platform')}>
            <TextField
              label={t('builds.platform')}
              placeholder={t('builds.platformOwn')}
              value={form.platform}
              aria-invalid={!isPlatform(form.platform)}
              list="build-platforms"
              onChange={(event) => onChange({ platform: event.target.value.trim() })}
            />
            <datalist id="build-platforms">
              {['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/riscv64'].map((platform) => (
                <option key={platform} value={platform} />
              ))}
            </datalist>
          </Field>
          <Field label={t('builds.labels')}>
            <KeyValueRows
              rows={form.labels}
              onRowsChange={(labels) => onChange({ labels })}
              newRow={() => ({ key: nextKey(), name: '', value: '' })}
              addLabel={t('builds.addLabel')}
              nameLabel={t('builds.key')}
            />
          </Field>
          <SwitchLine label={t('builds.noCache')} checked={form.noCache} onCheckedChange={(noCache) => onChange({ noCache })} />
          <SwitchLine label={t('builds.pull')} checked={form.pull} onCheckedChange={(pull) => onChange({ pull })} />
        </div>
      </details>
    </>
  );
}

function SwitchLine(props: { label: string; checked: boolean; onCheckedChange: (checked: boolean) => void }) {
  return (
    <div className={styles.switch}>
      <span aria-hidden="true">{props.label}</span>
      <Switch {...props} />
    </div>
  );
}

interface SecretsProps extends Pick<BuildOptionFieldsProps, 'form' | 'onChange' | 'engine'> {
  /** Ids that the Dockerfile asks for. */
  wanted: readonly string[];
  nextKey: () => number;
}

function Secrets({ form, onChange, engine, wanted, nextKey }: SecretsProps) {
  const { t } = useI18n();
  const abilities = useAbilities(engine);
  const missing = wanted.filter((id) => !form.secrets.some(({ name }) => name === id));
  const newRow = (name: string): SecretRow => ({ key: nextKey(), name, value: '', from: 'text' });
  const added = useRef('');
  // Those that the Dockerfile asks for are offered, once for each Dockerfile: they may be removed again.
  useEffect(() => {
    const key = wanted.join(' ');
    if (key === added.current || missing.length === 0) return;
    added.current = key;
    onChange({ secrets: [...form.secrets, ...missing.map(newRow)] });
  });
  if (abilities === null) return null;
  return (
    <Field
      label={t('builds.secrets')}
      hint={abilities.secrets ? t('builds.secretsHelp') : t('builds.secretsUnsupported', { engine: engine.name })}
    >
      {abilities.secrets && (
        <KeyValueRows<SecretRow>
          rows={form.secrets}
          onRowsChange={(secrets) => onChange({ secrets })}
          newRow={() => newRow('')}
          addLabel={t('builds.addSecret')}
          nameLabel={t('builds.secretId')}
          value={(row, change) => (
            <>
              <Segments
                label={t('builds.secretFrom', { id: row.name })}
                value={row.from}
                options={[
                  { value: 'text', label: t('builds.secretText') },
                  { value: 'file', label: t('builds.secretFile') },
                ]}
                onValueChange={(from) => change({ from })}
              />
              <TextField
                label={t('builds.secretValue', { id: row.name })}
                type={row.from === 'text' ? 'password' : 'text'}
                autoComplete="new-password"
                placeholder={row.from === 'text' ? t('builds.value') : '/run/secret.txt'}
                value={row.value}
                onChange={(event) => change({ value: event.target.value })}
              />
            </>
          )}
        />
      )}
    </Field>
  );
}

/** Null until the backend has told. */
function useAbilities({ id }: Engine): BuildAbilities | null {
  const { connection } = useStores();
  const [abilities, setAbilities] = useState<BuildAbilities | null>(null);
  useEffect(() => {
    const ending = new AbortController();
    setAbilities(null);
    connection.client.builds.abilities({ engineId: id }, { signal: ending.signal }).then(setAbilities, () => {});
    return () => ending.abort();
  }, [connection, id]);
  return abilities;
}

function useNextKey(): () => number {
  const last = useRef(0);
  return () => ++last.current;
}
