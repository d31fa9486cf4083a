import { ArrowUp, FolderPlus, FolderUp, RotateCw, Trash2, Upload } from 'lucide-react';
import { type DragEvent, type FormEvent, type KeyboardEvent, useEffect, useMemo, useState } from 'react';
import type { FilePlace, FileView, MachineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useSettings } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { pickFiles } from '../../ui/pick-files.ts';
import { Switch } from '../../ui/Switch.tsx';
import { Table } from '../../ui/Table.tsx';
import { TextField } from '../../ui/TextField.tsx';
import tab from '../machine/tab.module.css';
import { droppedItems, pickedItems, pickFolder } from './dropped-items.ts';
import { FileViewer } from './FileViewer.tsx';
import { useFileColumns } from './file-columns.tsx';
import { type FileRow, joinPath, parentOf, rowsOf, shownName, sortRows } from './file-rows.ts';
import styles from './files.module.css';
import { NewFolderDialog } from './NewFolderDialog.tsx';
import type { UploadItem } from './tar-blob.ts';
import { useFileCommands } from './use-file-commands.ts';
import { useFolder } from './use-folder.ts';

export interface FileBrowserProps {
  /** The same object as long as the place is the same. */
  place: FilePlace;
  /** A container, whose changes against its image are marked; null for a volume. */
  changesOf: MachineId | null;
}

const keyOf = (row: FileRow) => row.name;

/** Folders and files of one place, with all that can be done to them. */
export function FileBrowser({ place, changesOf }: FileBrowserProps) {
  const { t, format, problem: sentence } = useI18n();
  const { density } = useSettings();
  const [path, setPath] = useState('/');
  const [filter, setFilter] = useState('');
  const [sort, setSort] = useState<{ column: string; direction: 'ascending' | 'descending' }>({ column: 'name', direction: 'ascending' });
  const [onlyChanges, setOnlyChanges] = useState(false);
  const [selection, setSelection] = useState<ReadonlySet<string>>(new Set());
  const [renaming, setRenaming] = useState<string | null>(null);
  const [removing, setRemoving] = useState<string[]>([]);
  const [viewing, setViewing] = useState<FileView | null>(null);
  const [making, setMaking] = useState(false);
  const [dropFolder, setDropFolder] = useState<string | null>(null);
  const folder = useFolder({ place, path, changesOf });
  const commands = useFileCommands(place);
  const here = folder.listing?.path ?? path;

  const all = useMemo(
    () => (folder.listing === null ? [] : rowsOf(folder.listing.path, folder.listing.entries, folder.changes)),
    [folder.listing, folder.changes],
  );
  const rows = useMemo(() => {
    const wanted = filter.toLowerCase();
    return sortRows(
      all.filter(({ name, change }) => (!onlyChanges || change !== null) && name.toLowerCase().includes(wanted)),
      sort,
    );
  }, [all, filter, onlyChanges, sort]);

  const go = (next: string) => {
    setPath(next);
    setFilter('');
    setSelection(new Set());
    setRenaming(null);
  };
  const thenReload = async (work: Promise<boolean>) => {
    await work;
    folder.reload();
  };
  const upload = (target: string, items: readonly UploadItem[]) => void (items.length > 0 && thenReload(commands.upload(target, items)));
  const open = async ({ name, entry }: FileRow) => {
    if (entry === null) return;
    const target = joinPath(here, name);
    if (entry.type === 'folder') return go(target);
    // A link may lead to a folder: only a look tells.
    if (entry.type === 'link' && (await folder.isFolder(target))) return go(target);
    const view = await commands.view(target);
    if (view !== null) setViewing(view);
  };
  const actions = {
    renaming,
    onOpen: (row: FileRow) => void open(row),
    onRename: setRenaming,
    onRenamed: (from: string, to: string) => {
      setRenaming(null);
      if (to === '' || to === from || to.includes('/')) return;
      void thenReload(commands.rename(joinPath(here, from), joinPath(here, to)));
    },
    onDownload: ({ name, entry }: FileRow) => void commands.download(joinPath(here, name), entry?.type === 'folder'),
    onRemove: setRemoving,
  };
  // Made anew with every drawing, and so are the rows in sight; there are few of them.
  const columns = useFileColumns(actions);
  const remove = () => {
    setRemoving([]);
    setSelection(new Set());
    void thenReload(commands.remove(here, removing));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement) return;
    if (event.key === 'Backspace' && here !== '/') go(parentOf(here));
    else if (event.key === 'F2' && selection.size === 1) setRenaming([...selection][0] ?? null);
    else return;
    event.preventDefault();
  };
  const folderUnder = (event: DragEvent): string => {
    const row = event.target instanceof Element ? event.target.closest('[role=row]') : null;
    const name = row?.querySelector<HTMLElement>('[data-folder]')?.dataset.folder;
    return name === undefined ? here : joinPath(here, name);
  };
  const hasFiles = (event: DragEvent) => event.dataTransfer.types.includes('Files');

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: dropping is a shortcut for the mouse, the buttons do the same
    <div
      className={classNames(styles.browser, dropFolder !== null && styles.dropping)}
      onKeyDown={onKeyDown}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        setDropFolder(folderUnder(event));
      }}
      onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setDropFolder(null)}
      onDrop={(event) => {
        setDropFolder(null);
        if (!hasFiles(event)) return;
        event.preventDefault();
        const target = folderUnder(event);
        void droppedItems(event.dataTransfer).then((items) => upload(target, items));
      }}
    >
      <div className={tab.bar}>
        <IconButton label={t('files.up')} shortcut="⌫" disabled={here === '/'} onClick={() => go(parentOf(here))}>
          <ArrowUp />
        </IconButton>
        <PathField path={here} onGo={go} />
        <TextField
          className={styles.filter}
          type="search"
          label={t('files.filter')}
          placeholder={t('files.filter')}
          data-filter
          value={filter}
          onChange={(event) => setFilter(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && setFilter('')}
        />
        {changesOf !== null && (
          <span className={styles.toggle}>
            <Switch label={t('files.onlyChanges')} checked={onlyChanges} onCheckedChange={setOnlyChanges} />
            <span aria-hidden="true">{t('files.onlyChanges')}</span>
          </span>
        )}
        <span className={tab.tools}>
          <IconButton label={t('files.refresh')} onClick={folder.reload}>
            <RotateCw />
          </IconButton>
          <IconButton label={t('files.newFolder')} onClick={() => setMaking(true)}>
            <FolderPlus />
          </IconButton>
          <IconButton label={t('files.uploadFolder')} onClick={() => void pickFolder().then((files) => upload(here, pickedItems(files)))}>
            <FolderUp />
          </IconButton>
          <Button
            icon={<Upload />}
            onClick={() => void pickFiles({ accept: '', multiple: true }).then((files) => upload(here, pickedItems(files)))}
          >
            {t('files.upload')}
          </Button>
        </span>
      </div>
      {folder.problem !== null ? (
        <EmptyState
          title={t('files.failed')}
          action={
            <>
              <Button onClick={folder.reload}>{t('files.tryAgain')}</Button>
              {path !== '/' && <Button onClick={() => go('/')}>{t('files.goToRoot')}</Button>}
            </>
          }
        >
          {sentence(folder.problem)}
        </EmptyState>
      ) : (
        <Table
          label={t('files.label', { path: shownName(here) })}
          columns={columns}
          rows={rows}
          rowKey={keyOf}
          rowHeight={density === 'compact' ? 28 : 36}
          sort={sort}
          onSortChange={setSort}
          selection={selection}
          onSelectionChange={setSelection}
          selectAllLabel={t('select.all')}
          selectLabel={(row) => t('select.one', { name: shownName(row.name) })}
          onOpen={(row) => void open(row)}
          onRemove={(names) => setRemoving(names.filter((name) => all.some((row) => row.name === name && row.entry !== null)))}
          empty={
            folder.listing === null ? (
              <EmptyState title={t('files.loading')} />
            ) : filter !== '' ? (
              <EmptyState
                title={t('files.noMatch', { filter })}
                action={<Button onClick={() => setFilter('')}>{t('files.clearFilter')}</Button>}
              />
            ) : onlyChanges ? (
              <EmptyState title={t('files.noChanges')} />
            ) : (
              <EmptyState title={t('files.empty')}>{t('files.emptyText')}</EmptyState>
            )
          }
        />
      )}
      <div className={styles.foot} aria-live="polite">
        {dropFolder !== null
          ? t('files.dropHere', { folder: shownName(dropFolder) })
          : folder.loading
            ? t('files.loading')
            : t('files.count', { count: rows.length })}
        {selection.size > 0 && (
          <Button variant="quiet" size="small" icon={<Trash2 />} onClick={() => setRemoving([...selection])}>
            {t('files.removeConfirm', { count: selection.size })}
          </Button>
        )}
      </div>
      {removing.length > 0 && (
        <Dialog
          open
          onOpenChange={(isOpen) => !isOpen && setRemoving([])}
          title={t('files.removeTitle', { count: removing.length, names: format.list(shortList(removing.map(shownName))) })}
          description={t('files.removeText')}
          footer={
            <>
              <Button onClick={() => setRemoving([])}>{t('common.cancel')}</Button>
              <Button variant="danger" onClick={remove}>
                {t('files.removeConfirm', { count: removing.length })}
              </Button>
            </>
          }
        />
      )}
      {making && (
        <NewFolderDialog
          onCreate={(name) => {
            setMaking(false);
            void thenReload(commands.makeFolder(joinPath(here, name)));
          }}
          onClose={() => setMaking(false)}
        />
      )}
      {viewing !== null && (
        <FileViewer
          key={viewing.path}
          view={viewing}
          onDownload={() => void commands.download(viewing.path, false)}
          onClose={() => setViewing(null)}
        />
      )}
    </div>
  );
}

/** A path that can be read and typed. */
function PathField({ path, onGo }: { path: string; onGo: (path: string) => void }) {
  const { t } = useI18n();
  const [typed, setTyped] = useState(path);
  useEffect(() => setTyped(path), [path]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onGo(typed.startsWith('/') ? typed : `/${typed}`);
  };
  return (
    <form className={styles.path} onSubmit={submit}>
      <TextField
        className={styles.pathField}
        label={t('files.path')}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={(event) => event.key === 'Escape' && setTyped(path)}
      />
    </form>
  );
}

const MOST_NAMES = 5;

function shortList(names: string[]): string[] {
  return names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES), '…'] : names;
}
