import { useI18n } from '../../i18n/index.ts';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from '../fields/fields.module.css';
import { Rows } from '../fields/Rows.tsx';
import { DriveFields } from '../vm-fields/DriveFields.tsx';
import { FolderRows } from '../vm-fields/FolderRows.tsx';
import type { DiskRow } from './draft.ts';
import { useVmForm } from './form-context.ts';

/** Disks, a drive, and folders of the host. */
export function DiskFields() {
  const { t } = useI18n();
  const { draft, change } = useVmForm();
  return (
    <>
      <Rows<DiskRow>
        label={t('newVm.disks')}
        field="disks"
        kept={1}
        rows={draft.disks}
        onChange={(disks) => change({ disks })}
        newRow={() => ({ size: '20', bus: draft.disks[0]?.bus ?? 'virtio' })}
        row={(row, set, index) => (
          <>
            <TextField
              className={styles.number}
              label={t('newVm.diskSize', { row: index + 1 })}
              inputMode="decimal"
              value={row.size}
              onChange={(event) => set({ ...row, size: event.target.value })}
            />
            <span aria-hidden="true">GiB</span>
            <Select<DiskRow['bus']>
              label={t('newVm.diskBus', { row: index + 1 })}
              value={row.bus}
              options={[
                { value: 'virtio', label: 'virtio' },
                { value: 'sata', label: 'SATA', disabled: draft.architecture === 'aarch64' || draft.machine === 'microvm' },
              ]}
              onValueChange={(bus) => set({ ...row, bus })}
            />
            <span className={styles.help}>
              {t(index === 0 && draft.source !== 'blank' && draft.source !== 'iso' ? 'newVm.diskOfImage' : 'newVm.diskEmpty')}
            </span>
          </>
        )}
      />
      {draft.source !== 'iso' && <DriveFields />}
      <FolderRows />
    </>
  );
}
