import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from '../fields/fields.module.css';
import { Rows } from '../fields/Rows.tsx';
import type { MountRow } from './draft.ts';
import { useForm } from './form-context.ts';

const VOLUMES = 'create-volumes';

export function MountRows() {
  const { t } = useI18n();
  const { draft, change, engineId } = useForm();
  const volumes = useInventory((inventory) =>
    [...inventory.volumes.values()].filter((volume) => volume.engineId === engineId).map(({ name }) => name),
  );
  return (
    <>
      <Rows<MountRow>
        label={t('create.mounts')}
        field="mounts"
        rows={draft.mounts}
        onChange={(mounts) => change({ mounts })}
        newRow={() => ({ type: 'volume', source: '', target: '', readOnly: false, rest: {} })}
        row={(row, set, index) => <OneMount row={row} set={set} number={index + 1} />}
      />
      <datalist id={VOLUMES}>
        {volumes.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}

function OneMount({ row, set, number }: { row: MountRow; set: (row: MountRow) => void; number: number }) {
  const { t } = useI18n();
  const bind = row.type === 'bind';
  const made = 'createSource' in row.rest && row.rest.createSource === true;
  return (
    <>
      <Select
        label={t('create.mountType', { row: number })}
        value={row.type}
        options={[
          { value: 'volume', label: t('create.mountType.volume') },
          { value: 'bind', label: t('create.mountType.bind') },
        ]}
        onValueChange={(type) => set({ ...row, type, rest: {} })}
      />
      <TextField
        className={styles.grow}
        label={t(bind ? 'create.mountSource' : 'create.mountVolume', { row: number })}
        placeholder={bind ? '/srv/data' : t('create.mountAnonymous')}
        list={bind ? undefined : VOLUMES}
        value={row.source}
        onChange={(event) => set({ ...row, source: event.target.value })}
      />
      <span aria-hidden="true">→</span>
      <TextField
        className={styles.grow}
        label={t('create.mountTarget', { row: number })}
        placeholder="/data"
        value={row.target}
        onChange={(event) => set({ ...row, target: event.target.value })}
      />
      <span className={styles.switch}>
        <Checkbox
          label={t('create.mountReadOnly', { row: number })}
          checked={row.readOnly}
          onCheckedChange={(readOnly) => set({ ...row, readOnly })}
        />
        <span aria-hidden="true">{t('create.readOnly')}</span>
      </span>
      {bind && (
        <span className={styles.switch}>
          <Checkbox
            label={t('create.mountMake', { row: number })}
            checked={made}
            onCheckedChange={(createSource) => set({ ...row, rest: { ...row.rest, createSource } as MountRow['rest'] })}
          />
          <span aria-hidden="true">{t('create.makeFolder')}</span>
        </span>
      )}
    </>
  );
}
