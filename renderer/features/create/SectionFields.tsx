import { useI18n } from '../../i18n/index.ts';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { FieldText } from '../fields/Field.tsx';
import fields from '../fields/fields.module.css';
import { Rows } from '../fields/Rows.tsx';
import styles from './create.module.css';
import type { Pair } from './draft.ts';
import { FIELD_KEYS, FIELDS, type FieldKey, type ListKey, type PairsKey, type SectionId, type SwitchKey, type TextKey } from './fields.ts';
import { useForm } from './form-context.ts';

const WIDE: ReadonlySet<FieldKey> = new Set(['health.command']);

/** The fields of a section that need no editor of their own. */
export function SectionFields({ section }: { section: SectionId }) {
  const keys = FIELD_KEYS.filter((key) => FIELDS[key].section === section);
  const ofKind = (kind: string) => keys.filter((key) => FIELDS[key].kind === kind);
  return (
    <>
      <div className={fields.grid}>
        {ofKind('text').map((key) => (
          <OneText key={key} field={key as TextKey} />
        ))}
      </div>
      {ofKind('switch').length > 0 && (
        <div className={styles.switches}>
          {ofKind('switch').map((key) => (
            <OneSwitch key={key} field={key as SwitchKey} />
          ))}
        </div>
      )}
      {ofKind('pairs').map((key) => (key === 'env' ? null : <PairRows key={key} field={key as PairsKey} />))}
      <div className={fields.grid}>
        {ofKind('list').map((key) => (
          <ListRows key={key} field={key as ListKey} />
        ))}
      </div>
    </>
  );
}

function OneText({ field }: { field: TextKey }) {
  const { t } = useI18n();
  const { draft, change } = useForm();
  return (
    <FieldText
      label={t(`create.field.${field}`)}
      field={field}
      wide={WIDE.has(field)}
      placeholder={FIELDS[field].example}
      value={draft.texts[field]}
      onText={(text) => change({ texts: { ...draft.texts, [field]: text } })}
    />
  );
}

function OneSwitch({ field }: { field: SwitchKey }) {
  const { t } = useI18n();
  const { draft, change } = useForm();
  const label = t(`create.field.${field}`);
  const set = (on: boolean) => change({ switches: { ...draft.switches, [field]: on } });
  return (
    <span className={fields.switch}>
      <Checkbox label={label} checked={draft.switches[field]} onCheckedChange={set} />
      <button type="button" tabIndex={-1} aria-hidden="true" className={styles.switchWords} onClick={() => set(!draft.switches[field])}>
        {label}
      </button>
    </span>
  );
}

function ListRows({ field }: { field: ListKey }) {
  const { t } = useI18n();
  const { draft, change } = useForm();
  const label = t(`create.field.${field}`);
  return (
    <Rows
      label={label}
      field={field}
      rows={draft.lists[field]}
      onChange={(rows) => change({ lists: { ...draft.lists, [field]: rows } })}
      newRow={() => ''}
      row={(text, set, index) => (
        <TextField
          className={fields.grow}
          label={t('create.item', { field: label, row: index + 1 })}
          placeholder={FIELDS[field].example}
          value={text}
          onChange={(event) => set(event.target.value)}
        />
      )}
    />
  );
}

export function PairRows({ field, aside }: { field: PairsKey; aside?: React.ReactNode }) {
  const { t } = useI18n();
  const { draft, change } = useForm();
  const label = t(`create.field.${field}`);
  return (
    <Rows<Pair>
      label={label}
      field={field}
      rows={draft.pairs[field]}
      onChange={(rows) => change({ pairs: { ...draft.pairs, [field]: rows } })}
      newRow={() => ['', '']}
      aside={aside}
      row={([name, value], set, index) => (
        <>
          <TextField
            className={styles.key}
            label={t('create.key', { field: label, row: index + 1 })}
            value={name}
            onChange={(event) => set([event.target.value, value])}
          />
          <span aria-hidden="true">=</span>
          <TextField
            className={fields.grow}
            label={t('create.value', { field: label, row: index + 1 })}
            value={value}
            onChange={(event) => set([name, event.target.value])}
          />
        </>
      )}
    />
  );
}
