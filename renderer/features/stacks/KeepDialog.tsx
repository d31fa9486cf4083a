import { type FormEvent, useId, useState } from 'react';
import { useLocation } from 'wouter';
import { type EngineId, stackName } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { stackUrl } from './stack-url.ts';
import styles from './stacks.module.css';
import { useComposeEngines } from './use-compose-engines.ts';

/** Names under which every Compose file goes: they say nothing of the stack. */
const COMMON = /^(docker-)?compose(\.override)?$/;

/** The name that the text gives itself, or what the file's name says. */
function proposeName(file: string, text: string): string {
  const named = /^name:\s*["']?([a-z0-9][a-z0-9_-]*)/m.exec(text)?.[1];
  if (named !== undefined) return named;
  const base = file.replace(/\.ya?ml$/i, '').toLowerCase();
  return COMMON.test(base) ? 'stack' : base.replace(/[^a-z0-9_-]/g, '').replace(/^[^a-z0-9]+/, '') || 'stack';
}

/** Keeps a text that was dropped as a stack of its own. */
export function KeepDialog({ name: file, text, onClose }: { name: string; text: string; onClose: () => void }) {
  const { t } = useI18n();
  const { stackCommands } = useStores();
  const [, navigate] = useLocation();
  const engines = useComposeEngines();
  const [chosen, setChosen] = useState<EngineId | null>(null);
  const [name, setName] = useState(() => proposeName(file, text));
  const form = useId();
  const engine = engines.find(({ id }) => id === chosen) ?? engines[0];
  const wrong = !stackName.safeParse(name).success;
  const keep = async (event: FormEvent) => {
    event.preventDefault();
    if (engine === undefined || wrong) return;
    const project = await stackCommands.add({ engineId: engine.id, name }, text);
    if (project === null) return;
    onClose();
    navigate(stackUrl(project, 'file'));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('stacks.keepTitle', { file })}
      description={t('stacks.keepText')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form={form} variant="primary" disabled={wrong || engine === undefined}>
            {t('stacks.keep')}
          </Button>
        </>
      }
    >
      <form id={form} className={styles.keep} onSubmit={keep}>
        <TextField
          label={t('stacks.keepName')}
          value={name}
          onChange={(event) => setName(event.target.value)}
          aria-invalid={wrong}
          autoFocus
        />
        {wrong && <p className={styles.wrong}>{t('stacks.keepNameWrong')}</p>}
        {engines.length > 1 && engine !== undefined && (
          <Select
            label={t('stacks.engine')}
            value={engine.id}
            options={engines.map((one) => ({ value: one.id, label: one.name }))}
            onValueChange={setChosen}
          />
        )}
      </form>
    </Dialog>
  );
}
