import { FileUp } from 'lucide-react';
import { useRef, useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import fields from '../fields/fields.module.css';
import styles from './create.module.css';
import { type EnvFile, mergeVariables, parseEnvFile } from './env-file.ts';
import { useForm } from './form-context.ts';
import { PairRows } from './SectionFields.tsx';

/** Lines that are named; of more, only how many. */
const NAMED = 3;

/** Variables, by hand or from a file of this computer. */
export function Environment() {
  const { t } = useI18n();
  const { draft, change } = useForm();
  const input = useRef<HTMLInputElement>(null);
  const [loaded, setLoaded] = useState<{ name: string; file: EnvFile } | null>(null);
  const load = async (file: File | undefined) => {
    if (file === undefined) return;
    const read = parseEnvFile(await file.text());
    setLoaded({ name: file.name, file: read });
    change({ pairs: { ...draft.pairs, env: mergeVariables(draft.pairs.env, read.variables) } });
  };
  return (
    <>
      <PairRows
        field="env"
        aside={
          <Button size="small" variant="quiet" icon={<FileUp />} onClick={() => input.current?.click()}>
            {t('create.envFile')}
          </Button>
        }
      />
      <input
        ref={input}
        type="file"
        hidden
        aria-label={t('create.envFile')}
        onChange={(event) => {
          void load(event.target.files?.[0]);
          event.target.value = '';
        }}
      />
      {loaded !== null && (
        <div role="status" className={styles.note}>
          <p>{t('create.envFileLoaded', { count: loaded.file.variables.length, name: loaded.name })}</p>
          {loaded.file.bad.slice(0, NAMED).map(({ line, text }) => (
            <p key={line} className={fields.issue}>
              {t('create.envFileBad', { line, text, name: loaded.name })}
            </p>
          ))}
          {loaded.file.bad.length > NAMED && (
            <p className={fields.issue}>{t('create.envFileMore', { count: loaded.file.bad.length - NAMED })}</p>
          )}
        </div>
      )}
    </>
  );
}
