import { useState } from 'react';
import {
  type CloudField,
  type CloudFile,
  type CloudFormReading,
  type CloudForm as Fields,
  MOST_PASSWORD_CHARACTERS,
  saltOf,
  sha512Crypt,
} from '../../../backend/contract/cloud-config/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Segments } from '../../ui/Segments.tsx';
import { TextArea } from '../../ui/TextArea.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Field } from '../fields/Field.tsx';
import styles from '../fields/fields.module.css';
import { Rows } from '../fields/Rows.tsx';
import own from './new-vm.module.css';

export interface CloudFormProps extends CloudFormReading {
  /** The user that the image brings. */
  defaultUser: string | null;
  onEdit: (changes: Partial<Fields>) => void;
}

/** The fields of a `#cloud-config` that people fill most. */
export function CloudForm({ form, textOnly, defaultUser, onEdit }: CloudFormProps) {
  const { t } = useI18n();
  const locked = (field: CloudField) => textOnly.has(field);
  const text = (field: 'hostname' | 'user' | 'timezone', placeholder: string) => (
    <Field label={t(`cloud.${field}`)} field={`cloud.${field}`}>
      <TextField
        label={t(`cloud.${field}`)}
        value={form[field]}
        placeholder={placeholder}
        disabled={locked(field)}
        onChange={(event) => onEdit({ [field]: event.target.value.trim() })}
      />
    </Field>
  );
  const list = (field: 'sshKeys' | 'packages', placeholder: string) => (
    <Field label={t(`cloud.${field}`)} field={`cloud.${field}`} wide>
      <ListArea
        label={t(`cloud.${field}`)}
        placeholder={placeholder}
        disabled={locked(field)}
        values={form[field]}
        onChange={(values) => onEdit({ [field]: values })}
      />
    </Field>
  );
  return (
    <>
      {textOnly.size > 0 && <p className={styles.help}>{t('cloud.someTextOnly')}</p>}
      <div className={styles.grid}>
        {text('hostname', t('cloud.hostnameHelp'))}
        {text('user', defaultUser ?? t('cloud.userOfImage'))}
        <PasswordField hash={form.passwordHash} disabled={locked('passwordHash')} onHash={(passwordHash) => onEdit({ passwordHash })} />
        <Field label={t('cloud.passwordLogin')} field="cloud.passwordLogin">
          <Segments
            label={t('cloud.passwordLogin')}
            value={form.passwordLogin ? 'yes' : 'no'}
            options={(['no', 'yes'] as const).map((value) => ({ value, label: t(`newVm.${value}`) }))}
            onValueChange={(value) => onEdit({ passwordLogin: value === 'yes' })}
          />
        </Field>
        {text('timezone', 'Europe/Berlin')}
        {list('sshKeys', 'ssh-ed25519 AAAA… me@home')}
        {list('packages', 'nginx')}
        <Field label={t('cloud.script')} field="cloud.script" wide>
          <TextArea
            label={t('cloud.script')}
            rows={3}
            placeholder="echo hello > /root/hello"
            value={form.script}
            disabled={locked('script')}
            onChange={(event) => onEdit({ script: event.target.value })}
          />
        </Field>
      </div>
      {!locked('files') && (
        <Rows<CloudFile>
          label={t('cloud.files')}
          field="cloud.files"
          rows={form.files}
          onChange={(files) => onEdit({ files })}
          newRow={() => ({ path: newPath(form.files), owner: '', permissions: '', content: '' })}
          row={(file, set, index) => <OneFile file={file} set={set} number={index + 1} />}
        />
      )}
    </>
  );
}

/** A file is known by its path: a new one needs one of its own. */
function newPath(files: readonly CloudFile[]): string {
  const taken = new Set(files.map(({ path }) => path));
  for (let number = 1; ; number++) if (!taken.has(`/root/file${number}`)) return `/root/file${number}`;
}

function OneFile({ file, set, number }: { file: CloudFile; set: (file: CloudFile) => void; number: number }) {
  const { t } = useI18n();
  return (
    <div className={own.file}>
      <div className={styles.row}>
        <TextField
          className={styles.grow}
          label={t('cloud.filePath', { row: number })}
          value={file.path}
          onChange={(event) => set({ ...file, path: event.target.value })}
        />
        <TextField
          className={styles.address}
          label={t('cloud.fileOwner', { row: number })}
          placeholder="root:root"
          value={file.owner}
          onChange={(event) => set({ ...file, owner: event.target.value.trim() })}
        />
        <TextField
          className={styles.number}
          label={t('cloud.filePermissions', { row: number })}
          placeholder="0644"
          value={file.permissions}
          onChange={(event) => set({ ...file, permissions: event.target.value.trim() })}
        />
      </div>
      <TextArea
        label={t('cloud.fileContent', { row: number })}
        rows={3}
        value={file.content}
        onChange={(event) => set({ ...file, content: event.target.value })}
      />
    </div>
  );
}

/** One item a line; empty lines are none, and stay while one writes. */
function ListArea(props: {
  label: string;
  placeholder: string;
  disabled: boolean;
  values: string[];
  onChange: (values: string[]) => void;
}) {
  const [written, setWritten] = useState('');
  const same = JSON.stringify(itemsOf(written)) === JSON.stringify(props.values);
  return (
    <TextArea
      label={props.label}
      rows={2}
      placeholder={props.placeholder}
      disabled={props.disabled}
      value={same ? written : props.values.join('\n')}
      onChange={(event) => {
        setWritten(event.target.value);
        props.onChange(itemsOf(event.target.value));
      }}
    />
  );
}

function itemsOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** It becomes a hash in this page when the field is left: nothing else ever sees it. */
function PasswordField({ hash, disabled, onHash }: { hash: string; disabled: boolean; onHash: (hash: string) => void }) {
  const { t } = useI18n();
  const [password, setPassword] = useState('');
  return (
    <Field label={t('cloud.password')} field="cloud.password">
      <TextField
        type="password"
        autoComplete="new-password"
        label={t('cloud.password')}
        value={password}
        maxLength={MOST_PASSWORD_CHARACTERS}
        placeholder={hash === '' ? t('cloud.passwordNone') : t('cloud.passwordSet')}
        disabled={disabled}
        onChange={(event) => {
          setPassword(event.target.value);
          if (event.target.value === '') onHash('');
        }}
        onBlur={() => password !== '' && onHash(sha512Crypt(password, saltOf(crypto.getRandomValues(new Uint8Array(12)))))}
      />
    </Field>
  );
}
