import { useI18n } from '../../i18n/index.ts';
import { FormField } from '../../ui/FormField.tsx';
import { TextArea } from '../../ui/TextArea.tsx';
import { TextField } from '../../ui/TextField.tsx';

/** A snapshot's name and description. */
export function Words(props: { name: string; description: string; onName: (name: string) => void; onDescription: (text: string) => void }) {
  const { t } = useI18n();
  return (
    <>
      <FormField label={t('snapshots.name')}>
        <TextField
          label={t('snapshots.name')}
          value={props.name}
          maxLength={100}
          autoFocus
          onFocus={(event) => event.target.select()}
          onChange={(event) => props.onName(event.target.value)}
        />
      </FormField>
      <FormField label={t('snapshots.description')}>
        <TextArea
          label={t('snapshots.description')}
          rows={3}
          prose
          maxLength={2000}
          value={props.description}
          onChange={(event) => props.onDescription(event.target.value)}
        />
      </FormField>
    </>
  );
}
