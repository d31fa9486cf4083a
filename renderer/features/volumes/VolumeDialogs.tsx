import { type FormEvent, useState } from 'react';
import type { Volume } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { sumOf, type VolumeSizes, type VolumeUsers } from './list-volumes.ts';
import { useVolumeCommands, VOLUME_NAME } from './use-volume-commands.ts';
import styles from './volumes.module.css';

export type VolumeQuestion =
  | { ask: 'remove'; volumes: readonly Volume[] }
  | { ask: 'prune'; volumes: readonly Volume[] }
  | { ask: 'empty'; volume: Volume }
  | { ask: 'clone'; volume: Volume };

export interface VolumeDialogProps {
  question: VolumeQuestion;
  users: VolumeUsers;
  sizes: VolumeSizes | null;
  onClose: () => void;
}

/** What has to be answered before something is lost or made. */
export function VolumeDialog(props: VolumeDialogProps) {
  const { question } = props;
  if (question.ask === 'clone') return <CloneDialog volume={question.volume} onClose={props.onClose} />;
  if (question.ask === 'empty') return <EmptyDialog {...props} volume={question.volume} />;
  return <RemoveDialog {...props} volumes={question.volumes} prune={question.ask === 'prune'} />;
}

function RemoveDialog({
  volumes,
  prune,
  users,
  sizes,
  onClose,
}: Omit<VolumeDialogProps, 'question'> & { volumes: readonly Volume[]; prune: boolean }) {
  const { t, format } = useI18n();
  const commands = useVolumeCommands();
  const count = volumes.length;
  const using = [...new Set(volumes.flatMap(({ id }) => users.get(id) ?? []).map(({ name }) => name))];
  const remove = () => {
    onClose();
    void commands.remove(volumes.map(({ id }) => id));
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={
        prune
          ? t('volumes.pruneTitle', { count })
          : t('volumes.removeTitle', { count, names: format.list(volumes.map(({ name }) => name)) })
      }
      description={
        prune
          ? count === 0
            ? t('volumes.pruneNone')
            : t('volumes.pruneText', { size: format.bytes(sumOf(volumes, sizes)) })
          : using.length > 0
            ? t('volumes.removeUsed', { machines: format.list(using) })
            : t('volumes.removeText')
      }
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          {count > 0 && (
            <Button
              variant="danger"
              refusal={volumes.every(({ id }) => users.has(id)) ? t('volumes.removeUsed', { machines: format.list(using) }) : null}
              onClick={remove}
            >
              {t(prune ? 'volumes.pruneConfirm' : 'volumes.removeConfirm', { count })}
            </Button>
          )}
        </>
      }
    >
      {prune && count > 0 && (
        <ul className={styles.list}>
          {volumes.map((volume) => (
            <li key={volume.id}>
              <span>{volume.name}</span>
              <span className={styles.muted}>{format.bytes(sizes?.bytes.get(volume.id))}</span>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function EmptyDialog({ volume, users, onClose }: Omit<VolumeDialogProps, 'question'> & { volume: Volume }) {
  const { t, format } = useI18n();
  const commands = useVolumeCommands();
  const using = (users.get(volume.id) ?? []).map(({ name }) => name);
  const empty = () => {
    onClose();
    void commands.empty(volume.id);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('volumes.emptyTitle', { name: volume.name })}
      description={using.length > 0 ? t('volumes.emptyUsed', { machines: format.list(using) }) : t('volumes.emptyQuestion')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="danger" onClick={empty}>
            {t('volumes.emptyConfirm')}
          </Button>
        </>
      }
    />
  );
}

function CloneDialog({ volume, onClose }: { volume: Volume; onClose: () => void }) {
  const { t } = useI18n();
  const commands = useVolumeCommands();
  const volumes = useInventory((inventory) => inventory.volumes);
  const [name, setName] = useState(`${volume.name}-copy`);
  const isTaken = [...volumes.values()].some((other) => other.engineId === volume.engineId && other.name === name);
  const isReady = VOLUME_NAME.test(name) && !isTaken;
  const clone = (event: FormEvent) => {
    event.preventDefault();
    if (!isReady) return;
    onClose();
    void commands.clone(volume.id, name);
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('volumes.cloneTitle', { name: volume.name })}
      description={t('volumes.cloneText')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="primary" disabled={!isReady} onClick={clone}>
            {t('volumes.clone')}
          </Button>
        </>
      }
    >
      <form onSubmit={clone}>
        <TextField label={t('volumes.name')} value={name} onChange={(event) => setName(event.target.value)} autoFocus />
        {isTaken && <p className={styles.problem}>{t('volumes.nameTaken')}</p>}
      </form>
    </Dialog>
  );
}
