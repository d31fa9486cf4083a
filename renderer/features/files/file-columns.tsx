import { CornerDownRight, Download, Ellipsis, File, Folder, HardDrive, Link2, Pencil, Plug, Trash2 } from 'lucide-react';
import { type ReactNode, useMemo } from 'react';
import type { FileType } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { Menu } from '../../ui/Menu.tsx';
import type { Column } from '../../ui/Table.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { type FileRow, modeText, ownerText, shownName } from './file-rows.ts';
import styles from './files.module.css';

const ICONS: Record<FileType, ReactNode> = {
  folder: <Folder />,
  file: <File />,
  link: <Link2 />,
  socket: <Plug />,
  pipe: <CornerDownRight />,
  device: <HardDrive />,
};

export interface RowActions {
  renaming: string | null;
  onOpen: (row: FileRow) => void;
  onRename: (name: string | null) => void;
  onRenamed: (from: string, to: string) => void;
  onDownload: (row: FileRow) => void;
  onRemove: (names: string[]) => void;
}

export function useFileColumns(actions: RowActions): Column<FileRow>[] {
  const { t, format } = useI18n();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('files.column.name'),
        track: 'minmax(200px, 3fr)',
        sortable: true,
        cell: (row) => <Name row={row} actions={actions} />,
      },
      {
        id: 'size',
        header: t('files.column.size'),
        track: '96px',
        align: 'end',
        sortable: true,
        cell: ({ entry }) => (entry?.type === 'file' ? format.bytes(entry.sizeBytes) : null),
      },
      {
        id: 'mode',
        header: t('files.column.mode'),
        track: '100px',
        cell: ({ entry }) => entry !== null && <code title={entry.mode.toString(8).padStart(4, '0')}>{modeText(entry.mode)}</code>,
      },
      { id: 'owner', header: t('files.column.owner'), track: 'minmax(96px, 1fr)', cell: ({ entry }) => entry !== null && ownerText(entry) },
      {
        id: 'modified',
        header: t('files.column.modified'),
        track: 'minmax(150px, 1fr)',
        align: 'end',
        sortable: true,
        cell: ({ entry }) => (entry === null ? null : format.dateTime(entry.modifiedMs)),
      },
      {
        id: 'actions',
        header: t('column.actions'),
        headerHidden: true,
        track: '44px',
        align: 'end',
        cell: (row) => row.entry !== null && <RowMenu row={row} actions={actions} />,
      },
    ],
    [t, format, actions],
  );
}

function Name({ row, actions }: { row: FileRow; actions: RowActions }) {
  const { t } = useI18n();
  const { name, entry, change } = row;
  const shown = shownName(name);
  const mark = change !== null && (
    <span className={styles.mark} data-change={change} title={t(`files.changeHelp.${change}`)}>
      {t(`files.change.${change}`)}
    </span>
  );
  if (entry === null) {
    return (
      <span className={styles.name}>
        <File />
        <s className={styles.ghost}>{shown}</s>
        {mark}
      </span>
    );
  }
  if (actions.renaming === name) return <RenameField name={name} actions={actions} />;
  return (
    <span className={styles.name} data-folder={entry.type === 'folder' ? name : undefined}>
      <span className={styles.icon} title={t(`files.type.${entry.type}`)}>
        {ICONS[entry.type]}
      </span>
      <button type="button" className={styles.open} tabIndex={-1} title={shown} onClick={() => actions.onOpen(row)}>
        {shown}
      </button>
      {entry.linkTarget !== null && <span className={styles.target}>→ {shownName(entry.linkTarget)}</span>}
      {mark}
    </span>
  );
}

function RenameField({ name, actions }: { name: string; actions: RowActions }) {
  const { t } = useI18n();
  return (
    <TextField
      className={styles.rename}
      label={t('files.renameTo', { name: shownName(name) })}
      defaultValue={name}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onBlur={() => actions.onRename(null)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') actions.onRename(null);
        if (event.key === 'Enter') actions.onRenamed(name, event.currentTarget.value);
      }}
    />
  );
}

function RowMenu({ row, actions }: { row: FileRow; actions: RowActions }) {
  const { t } = useI18n();
  return (
    <Menu
      trigger={
        <IconButton size="small" label={t('files.more', { name: shownName(row.name) })}>
          <Ellipsis />
        </IconButton>
      }
      items={[
        { type: 'item', key: 'download', label: t('files.downloadShort'), icon: <Download />, onSelect: () => actions.onDownload(row) },
        {
          type: 'item',
          key: 'rename',
          label: t('files.renameShort'),
          icon: <Pencil />,
          hint: 'F2',
          onSelect: () => actions.onRename(row.name),
        },
        {
          type: 'item',
          key: 'remove',
          label: t('files.removeShort'),
          icon: <Trash2 />,
          tone: 'danger',
          onSelect: () => actions.onRemove([row.name]),
        },
      ]}
    />
  );
}
