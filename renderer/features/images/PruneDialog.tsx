import { useMemo, useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { TextField } from '../../ui/TextField.tsx';
import form from './forms.module.css';
import { bytesFreed } from './layer-sizes.ts';
import { type ImageUsers, imageTitle, shortId } from './list-images.ts';
import { type PruneChoice, prunable } from './prune.ts';

const DAY_MS = 86_400_000;

/** Shows what would go and what that gives back; exactly those are removed. */
export function PruneDialog({ users, onClose }: { users: ImageUsers; onClose: () => void }) {
  const { t, format } = useI18n();
  const { commands } = useStores();
  const images = useInventory((inventory) => inventory.images);
  const engines = useInventory((inventory) => inventory.engines);
  const [which, setWhich] = useState<PruneChoice['which']>('dangling');
  const [days, setDays] = useState('0');
  const [nowMs] = useState(() => Date.now());
  const all = useMemo(() => [...images.values()], [images]);
  const going = prunable(all, users, { which, olderThanMs: Math.max(0, Number(days) || 0) * DAY_MS, nowMs });
  const freed = bytesFreed(all, new Set(going.map(({ id }) => id)));
  const prune = () => {
    onClose();
    void commands.removeImages(going.map(({ id }) => id));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('prune.title')}
      description={t('prune.text')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="danger" disabled={going.length === 0} onClick={prune}>
            {going.length === 0 ? t('action.remove') : t('images.removeConfirm', { count: going.length })}
          </Button>
        </>
      }
    >
      <FormField label={t('prune.which')}>
        <Segments
          label={t('prune.which')}
          value={which}
          options={[
            { value: 'dangling', label: t('prune.dangling') },
            { value: 'unused', label: t('prune.unused') },
          ]}
          onValueChange={setWhich}
        />
      </FormField>
      <FormField label={t('prune.olderThan')} help={t('prune.olderThanHelp')}>
        <TextField
          className={form.number}
          label={t('prune.olderThan')}
          inputMode="numeric"
          value={days}
          onChange={(event) => setDays(event.target.value.replace(/\D/g, '').slice(0, 5))}
        />
      </FormField>
      {going.length === 0 ? (
        <p className={form.muted}>{t('prune.nothing')}</p>
      ) : (
        <>
          <p className={form.sum} aria-live="polite">
            {t('prune.sum', { count: going.length, bytes: format.bytes(freed) })}
          </p>
          <ul className={form.preview} aria-label={t('prune.goes')}>
            {going.map((image) => (
              <li key={image.id}>
                <span>{image.names.length > 0 ? imageTitle(image, '') : shortId(image)}</span>
                <span className={form.muted}>
                  {engines.get(image.engineId)?.name} · {format.bytes(image.sizeBytes)}
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
