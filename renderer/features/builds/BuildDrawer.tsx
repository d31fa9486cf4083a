import { FolderOpen, X } from 'lucide-react';
import { type FormEvent, useId, useState } from 'react';
import type { Engine, EngineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './BuildDrawer.module.css';
import { BuildOptionFields } from './BuildOptionFields.tsx';
import { type BuildForm, EMPTY_FORM, isPlatform, readDockerfile, toRequest } from './build-form.ts';
import type { DroppedFolder } from './dropped-folder.ts';
import { Field } from './Field.tsx';
import { FolderChooser } from './FolderChooser.tsx';
import { useBuildCommands } from './rebuild.ts';
import { useSource } from './use-source.ts';

export interface BuildDrawerProps {
  /** Those that can build; at least one. */
  engines: readonly Engine[];
  dropped: DroppedFolder | null;
  onDroppedLetGo: () => void;
  onClose: () => void;
}

export function BuildDrawer({ engines, dropped, onDroppedLetGo, onClose }: BuildDrawerProps) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const formId = useId();
  const { start } = useBuildCommands();
  const [form, setForm] = useState<BuildForm>(EMPTY_FORM);
  const [chosenEngine, setChosenEngine] = useState<EngineId | null>(null);
  const [choosing, setChoosing] = useState(false);
  const [starting, setStarting] = useState(false);
  const { preview, problem } = useSource({ path: form.path, dropped, dockerfile: form.dockerfile });
  const change = (fields: Partial<BuildForm>) => setForm((before) => ({ ...before, ...fields }));
  const engine = engines.find(({ id }) => id === chosenEngine) ?? engines[0];
  const dockerfile = form.dockerfile ?? preview?.dockerfiles[0] ?? null;
  const found = readDockerfile(preview?.dockerfile ?? null);
  const ready = engine !== undefined && dockerfile !== null && found !== null && isPlatform(form.platform) && !starting;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready) return;
    setStarting(true);
    const started = await start(toRequest(form, { engineId: engine.id, dockerfile }), dropped ?? { path: form.path.trim() });
    setStarting(false);
    if (started) onClose();
  };
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('builds.drawer')}
      closeLabel={t('common.close')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form={formId} variant="primary" disabled={!ready}>
            {t('builds.start')}
          </Button>
        </>
      }
    >
      <form id={formId} className={styles.form} onSubmit={(event) => void submit(event)}>
        {dropped === null ? (
          <Field label={t('builds.folder')} hint={t('builds.dropHint')}>
            <div className={styles.line}>
              <TextField
                className={styles.wide}
                label={t('builds.folder')}
                placeholder={t('builds.folderPlaceholder')}
                value={form.path}
                onChange={(event) => change({ path: event.target.value, dockerfile: null, target: null })}
              />
              <Button icon={<FolderOpen />} onClick={() => setChoosing(true)}>
                {t('builds.choose')}
              </Button>
            </div>
          </Field>
        ) : (
          <Field label={t('builds.folder')} hint={t('builds.droppedModes')}>
            <div className={styles.line}>
              <span className={styles.wide}>{t('builds.dropped', { name: dropped.name })}</span>
              <IconButton size="small" label={t('builds.letGo')} onClick={onDroppedLetGo}>
                <X />
              </IconButton>
            </div>
          </Field>
        )}
        {problem !== null && (
          <p role="alert" className={styles.problem}>
            {i18n.problem(problem)}
          </p>
        )}
        {preview !== null && (
          <>
            {preview.files !== null && preview.sizeBytes !== null && (
              <p className={styles.hint}>{t('builds.context', { count: preview.files, size: format.bytes(preview.sizeBytes) })}</p>
            )}
            {preview.dockerfiles.length === 0 ? (
              <p role="alert" className={styles.problem}>
                {t('builds.noDockerfile')}
              </p>
            ) : (
              <Field label={t('builds.dockerfile')}>
                <Select
                  label={t('builds.dockerfile')}
                  value={dockerfile}
                  options={preview.dockerfiles.map((name) => ({ value: name, label: name }))}
                  onValueChange={(name) => change({ dockerfile: name, target: null })}
                />
              </Field>
            )}
            {found !== null && found.parsed.problems.length > 0 && (
              <ul className={styles.problem} role="alert">
                {found.parsed.problems.map(({ line, kind, word }) => (
                  <li key={`${line} ${kind} ${word}`}>{t(`builds.dockerfileProblem.${kind}`, { line, word })}</li>
                ))}
              </ul>
            )}
          </>
        )}
        <Field label={t('builds.tag')}>
          <TextField
            label={t('builds.tag')}
            placeholder={t('builds.tagPlaceholder')}
            value={form.tags}
            onChange={(event) => change({ tags: event.target.value })}
          />
        </Field>
        {engines.length > 1 && engine !== undefined && (
          <Field label={t('builds.engine')}>
            <Select
              label={t('builds.engine')}
              value={engine.id}
              options={engines.map(({ id, name }) => ({ value: id, label: name }))}
              onValueChange={setChosenEngine}
            />
          </Field>
        )}
        {engine !== undefined && <BuildOptionFields form={form} onChange={change} found={found} engine={engine} />}
      </form>
      {choosing && (
        <FolderChooser
          from={form.path.trim() === '' ? null : form.path.trim()}
          onChoose={(path) => {
            setChoosing(false);
            change({ path, dockerfile: null, target: null });
          }}
          onClose={() => setChoosing(false)}
        />
      )}
    </Drawer>
  );
}
