import { useState } from 'react';
import type { Machine, Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { TextArea } from '../../ui/TextArea.tsx';
import { TextField } from '../../ui/TextField.tsx';
import form from './forms.module.css';
import { linesOf } from './list-images.ts';

/** What a container has written becomes an image. */
export function CommitDrawer({ machine, onClose }: { machine: Machine; onClose: () => void }) {
  const { t, problem: words } = useI18n();
  const { commands } = useStores();
  const [name, setName] = useState('');
  const [comment, setComment] = useState('');
  const [author, setAuthor] = useState('');
  const [changes, setChanges] = useState('');
  const [pause, setPause] = useState(true);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const runs = machine.state === 'running';
  const make = async () => {
    setBusy(true);
    const failed = await commands.commitMachine({
      machineId: machine.id,
      name: name.trim(),
      comment,
      author,
      pause: pause && runs,
      changes: linesOf(changes),
    });
    setBusy(false);
    setProblem(failed);
    if (failed === null) onClose();
  };
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('commit.title', { machine: machine.name })}
      closeLabel={t('common.close')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={busy} onClick={() => void make()}>
            {t('commit.make')}
          </Button>
        </>
      }
    >
      <div className={form.form}>
        <p className={form.muted}>{t('commit.help')}</p>
        <FormField label={t('image.name')} help={t('image.nameHelp')}>
          <TextField label={t('image.name')} placeholder="team/app:tag" value={name} onChange={(event) => setName(event.target.value)} />
        </FormField>
        <FormField label={t('image.comment')}>
          <TextField label={t('image.comment')} value={comment} onChange={(event) => setComment(event.target.value)} />
        </FormField>
        <FormField label={t('image.author')}>
          <TextField label={t('image.author')} value={author} onChange={(event) => setAuthor(event.target.value)} />
        </FormField>
        <FormField label={t('image.changes')} help={t('image.changesHelp')}>
          <TextArea
            label={t('image.changes')}
            placeholder={'CMD ["/bin/sh"]'}
            value={changes}
            onChange={(event) => setChanges(event.target.value)}
          />
        </FormField>
        {runs && (
          <FormField label={t('commit.pause')} help={t('commit.pauseHelp')}>
            <Switch label={t('commit.pause')} checked={pause} onCheckedChange={setPause} />
          </FormField>
        )}
        {problem !== null && (
          <p className={form.problem} role="alert">
            {words(problem)}
          </p>
        )}
      </div>
    </Drawer>
  );
}
