import { useI18n } from '../../i18n/index.ts';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from '../fields/fields.module.css';
import type { DiskRow, FolderRow, VmDraft } from './draft.ts';
import { useVmForm } from './form-context.ts';
import { VmField, VmRows, VmText } from './VmField.tsx';

/** Disks, a drive, and folders of the host. */
export function DiskFields() {
  const { t } = useI18n();
  const { draft, change, abilities } = useVmForm();
  return (
    <>
      <VmRows<DiskRow>
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
                { value: 'sata', label: 'SATA', disabled: draft.architecture === 'aarch64' },
              ]}
              onValueChange={(bus) => set({ ...row, bus })}
            />
            <span className={styles.help}>
              {t(index === 0 && draft.source !== 'blank' && draft.source !== 'iso' ? 'newVm.diskOfImage' : 'newVm.diskEmpty')}
            </span>
          </>
        )}
      />
      {draft.source !== 'iso' && (
        <VmField label={t('newVm.cdrom')} field="cdrom">
          <Segments<VmDraft['cdrom']>
            label={t('newVm.cdrom')}
            value={draft.cdrom}
            options={(['none', 'empty', 'disc'] as const).map((value) => ({ value, label: t(`newVm.cdrom.${value}`) }))}
            onValueChange={(cdrom) => change({ cdrom })}
          />
        </VmField>
      )}
      {draft.source !== 'iso' && draft.cdrom === 'disc' && (
        <VmText field="cdromPath" label={t('newVm.discFile')} placeholder="/home/me/disc.iso" wide />
      )}
      <VmRows<FolderRow>
        label={t('newVm.folders')}
        field="folders"
        rows={draft.folders}
        onChange={(folders) => change({ folders })}
        newRow={() => ({ tag: '', path: '', writable: true })}
        row={(row, set, index) => (
          <>
            <TextField
              className={styles.grow}
              label={t('newVm.folderPath', { row: index + 1 })}
              placeholder="/home/me/project"
              value={row.path}
              onChange={(event) => set({ ...row, path: event.target.value })}
            />
            <TextField
              className={styles.address}
              label={t('newVm.folderTag', { row: index + 1 })}
              placeholder={t('newVm.tagExample')}
              value={row.tag}
              onChange={(event) => set({ ...row, tag: event.target.value })}
            />
            <span className={styles.switch}>
              <Checkbox
                label={t('newVm.folderReadOnly', { row: index + 1 })}
                checked={!row.writable}
                onCheckedChange={(readOnly) => set({ ...row, writable: !readOnly })}
              />
              <span aria-hidden="true">{t('create.readOnly')}</span>
            </span>
          </>
        )}
      />
      {draft.folders.map(({ tag, writable }, index) => {
        const way = writable ? abilities.sharing : '9p';
        const options = way === '9p' ? '-o trans=virtio,version=9p2000.L ' : '';
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a row has no identity besides its place
          <p key={index} className={styles.help}>
            {t('newVm.mountBy')} <code>{`mount -t ${way} ${options}${tag === '' ? '…' : tag} /mnt`}</code>
          </p>
        );
      })}
    </>
  );
}
