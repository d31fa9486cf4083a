import { FileUp } from 'lucide-react';
import { useState } from 'react';
import type { EngineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { pickFiles } from '../../ui/pick-files.ts';
import { Segments } from '../../ui/Segments.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextArea } from '../../ui/TextArea.tsx';
import { TextField } from '../../ui/TextField.tsx';
import form from './forms.module.css';
import { linesOf } from './list-images.ts';

const ACCEPT = '.tar,.gz,.tgz,.xz,.txz,.bz2,.zst,application/x-tar';

export interface LoadDrawerProps {
  files: readonly File[];
  /** What the files are taken for at first. */
  as: 'images' | 'filesystem';
  onClose: () => void;
}

/** Files become images: archives that an engine saved, or a tar with a root filesystem. */
export function LoadDrawer({ files: first, as: asked, onClose }: LoadDrawerProps) {
  const { t, format } = useI18n();
  const { commands } = useStores();
  const engines = useInventory((inventory) => [...inventory.engines.values()].filter(({ facets }) => facets.includes('images')));
  const [files, setFiles] = useState(first);
  const [as, setAs] = useState(asked);
  const [chosen, setChosen] = useState<EngineId | null>(null);
  const [name, setName] = useState('');
  const [message, setMessage] = useState('');
  const [changes, setChanges] = useState('');
  const engine = engines.find(({ id }) => id === chosen) ?? engines[0];
  const [file] = files;
  const pick = async () => {
    const picked = await pickFiles({ accept: ACCEPT, multiple: as === 'images' });
    if (picked.length > 0) setFiles(picked);
  };
  const begin = () => {
    if (engine === undefined || file === undefined) return;
    onClose();
    if (as === 'images') void commands.loadImages(engine.id, files);
    else void commands.importImage(file, { engineId: engine.id, name: name.trim(), message, changes: linesOf(changes) });
  };
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('load.title')}
      closeLabel={t('common.close')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={engine === undefined || file === undefined} onClick={begin}>
            {t(as === 'images' ? 'load.load' : 'load.import')}
          </Button>
        </>
      }
    >
      <div className={form.form}>
        <FormField label={t('load.as')} help={t(as === 'images' ? 'load.imagesHelp' : 'load.filesystemHelp')}>
          <Segments
            label={t('load.as')}
            value={as}
            options={[
              { value: 'images', label: t('load.images') },
              { value: 'filesystem', label: t('load.filesystem') },
            ]}
            onValueChange={setAs}
          />
        </FormField>
        <FormField label={t('load.files')}>
          {files.length > 0 && (
            <ul className={form.files} aria-label={t('load.files')}>
              {(as === 'images' ? files : files.slice(0, 1)).map((each) => (
                <li key={`${each.name} ${each.size}`}>
                  {each.name} <span className={form.muted}>{format.bytes(each.size)}</span>
                </li>
              ))}
            </ul>
          )}
          <span>
            <Button icon={<FileUp />} onClick={() => void pick()}>
              {t(files.length > 0 ? 'load.pickOther' : 'load.pick')}
            </Button>
          </span>
        </FormField>
        {engines.length > 1 && (
          <FormField label={t('images.engine')}>
            <Select
              label={t('images.engine')}
              value={engine?.id ?? null}
              options={engines.map((one) => ({ value: one.id, label: one.name }))}
              onValueChange={setChosen}
            />
          </FormField>
        )}
        {as === 'filesystem' && (
          <>
            <FormField label={t('image.name')} help={t('image.nameHelp')}>
              <TextField
                label={t('image.name')}
                placeholder="team/app:tag"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            </FormField>
            <FormField label={t('image.changes')} help={t('image.changesHelp')}>
              <TextArea
                label={t('image.changes')}
                placeholder={'CMD ["/bin/sh"]\nENV LANG=C.UTF-8'}
                value={changes}
                onChange={(event) => setChanges(event.target.value)}
              />
            </FormField>
            <FormField label={t('image.comment')}>
              <TextField label={t('image.comment')} value={message} onChange={(event) => setMessage(event.target.value)} />
            </FormField>
          </>
        )}
      </div>
    </Drawer>
  );
}
