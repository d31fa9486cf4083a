import { useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import type { StackEntry } from './list-stacks.ts';
import styles from './stack.module.css';
import { useBelongings } from './use-belongings.ts';

/** Asks before a stack is taken down: names what is lost, and leaves its data unless told otherwise. */
export function DownDialog({ entry, onClose }: { entry: StackEntry; onClose: () => void }) {
  const { t, format } = useI18n();
  const { stackCommands } = useStores();
  const [withVolumes, setWithVolumes] = useState(false);
  const { volumes } = useBelongings(entry);
  const { machines } = entry.stack;
  const down = () => {
    onClose();
    void stackCommands.run(entry, { do: 'down', volumes: withVolumes });
  };
  const question = t('stack.downVolumes', { count: volumes.length, names: format.list(volumes.map(({ name }) => name)) });
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('stack.downTitle', { name: entry.name })}
      description={
        machines.length === 0
          ? t('stack.downNoContainers')
          : t('stack.downText', { count: machines.length, names: format.list(machines.map(({ name }) => name)) })
      }
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="danger" onClick={down}>
            {t('stack.downConfirm')}
          </Button>
        </>
      }
    >
      {volumes.length > 0 && (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the checkbox has the keys; its words are a larger target for the pointer.
        // biome-ignore lint/a11y/noStaticElementInteractions: as above
        <div className={styles.choice} onClick={() => setWithVolumes(!withVolumes)}>
          <Checkbox
            label={question}
            checked={withVolumes}
            onCheckedChange={(checked, event) => {
              event.stopPropagation();
              setWithVolumes(checked);
            }}
          />
          <span>{question}</span>
        </div>
      )}
    </Dialog>
  );
}
