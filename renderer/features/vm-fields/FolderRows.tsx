import { useI18n } from '../../i18n/index.ts';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from '../fields/fields.module.css';
import { Rows } from '../fields/Rows.tsx';
import type { FolderRow } from './hardware-draft.ts';
import { useHardwareForm } from './hardware-form.ts';

/** Folders of the host, each with the command that mounts it in the guest. */
export function FolderRows() {
  const { t } = useI18n();
  const { draft, change, abilities } = useHardwareForm();
  return (
    <>
      <Rows<FolderRow>
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
      {draft.folders.length > 0 && abilities.sharing === '9p' && <p className={styles.help}>{t('newVm.noVirtiofs')}</p>}
    </>
  );
}
