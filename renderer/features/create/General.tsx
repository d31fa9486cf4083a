import type { Engine, EngineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Field, FieldText } from '../fields/Field.tsx';
import styles from '../fields/fields.module.css';
import { useForm } from './form-context.ts';

const IMAGES = 'create-images';

/** What most containers need. `onEngine` is absent where the engine cannot be chosen. */
export function General({ engines, onEngine }: { engines: readonly Engine[]; onEngine: ((id: EngineId) => void) | null }) {
  const { t } = useI18n();
  const { draft, change, issues, engineId } = useForm();
  const images = useInventory((inventory) =>
    [...inventory.images.values()]
      .filter((image) => image.engineId === engineId)
      .flatMap((image) => [...image.names, image.id.slice(engineId.length + 1)]),
  );
  const wanted = draft.image.trim();
  const missing = wanted !== '' && !images.includes(wanted) && !images.includes(`${wanted}:latest`);
  const text = (field: 'name' | 'command' | 'entrypoint', placeholder: string) => (
    <FieldText
      label={t(`create.${field}`)}
      field={field}
      placeholder={placeholder}
      value={draft[field]}
      onText={(value) => change({ [field]: value })}
    />
  );
  return (
    <div className={styles.grid}>
      <Field label={t('create.image')} field="image">
        <TextField
          label={t('create.image')}
          placeholder={t('create.imageExample')}
          list={IMAGES}
          value={draft.image}
          aria-invalid={issues.some(({ field }) => field === 'image')}
          onChange={(event) => change({ image: event.target.value })}
        />
        <datalist id={IMAGES}>
          {images
            .filter((name) => !name.startsWith('sha256:'))
            .map((name) => (
              <option key={name} value={name} />
            ))}
        </datalist>
        {missing && <p className={styles.help}>{t(draft.pull === 'never' ? 'create.imageMissingNever' : 'create.imageMissing')}</p>}
      </Field>
      {text('name', t('create.nameHelp'))}
      {text('command', t('create.ofImage'))}
      {text('entrypoint', t('create.ofImage'))}
      <Field label={t('create.restart')} field="restart">
        <Select
          label={t('create.restart')}
          value={draft.restart}
          options={(['no', 'on-failure', 'always', 'unless-stopped'] as const).map((value) => ({
            value,
            label: t(`create.restart.${value}`),
          }))}
          onValueChange={(restart) => change({ restart })}
        />
      </Field>
      {draft.restart === 'on-failure' && (
        <Field label={t('create.retries')} field="retries">
          <TextField
            label={t('create.retries')}
            inputMode="numeric"
            placeholder="∞"
            value={draft.retries}
            onChange={(event) => change({ retries: event.target.value })}
          />
        </Field>
      )}
      <Field label={t('create.pull')} field="pull">
        <Select
          label={t('create.pull')}
          value={draft.pull}
          options={(['missing', 'always', 'never'] as const).map((value) => ({ value, label: t(`create.pull.${value}`) }))}
          onValueChange={(pull) => change({ pull })}
        />
      </Field>
      {engines.length > 1 && onEngine !== null && (
        <Field label={t('create.engine')} field="engine">
          <Select
            label={t('create.engine')}
            value={engineId}
            options={engines.map(({ id, name }) => ({ value: id, label: name }))}
            onValueChange={onEngine}
          />
        </Field>
      )}
    </div>
  );
}
