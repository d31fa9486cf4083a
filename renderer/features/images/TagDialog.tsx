import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import type { Image, Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { TextField } from '../../ui/TextField.tsx';
import form from './forms.module.css';
import { imageTitle } from './list-images.ts';

/** The names of an image: one more, or one less. The last one stays. */
export function TagDialog({ image: opened, onClose }: { image: Image; onClose: () => void }) {
  const { t, problem: words } = useI18n();
  const { commands } = useStores();
  const image = useInventory(({ images }) => images.get(opened.id)) ?? opened;
  const [name, setName] = useState('');
  const [problem, setProblem] = useState<Problem | null>(null);
  const add = async (event: FormEvent) => {
    event.preventDefault();
    const failed = await commands.tagImage(image.id, name.trim());
    setProblem(failed);
    if (failed === null) setName('');
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('image.namesOf', { image: imageTitle(image, t('images.dangling')) })}
      description={t('image.tagText')}
      footer={<Button onClick={onClose}>{t('common.close')}</Button>}
    >
      <ul className={form.names} aria-label={t('image.names')}>
        {image.names.map((one) => (
          <li key={one}>
            <code>{one}</code>
            {image.names.length > 1 && (
              <IconButton size="small" label={t('image.untag', { name: one })} onClick={() => void commands.untagImage(image.id, one)}>
                <X />
              </IconButton>
            )}
          </li>
        ))}
      </ul>
      <form className={form.line} onSubmit={(event) => void add(event)}>
        <TextField
          className={form.grow}
          label={t('image.newName')}
          placeholder="registry.example/team/app:tag"
          value={name}
          aria-invalid={problem !== null}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" variant="primary" disabled={name.trim() === ''}>
          {t('image.addName')}
        </Button>
      </form>
      {problem !== null && (
        <p className={form.problem} role="alert">
          {words(problem)}
        </p>
      )}
    </Dialog>
  );
}
