import type { Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';

const NAMED = 5;
const RUNS: readonly Machine['state'][] = ['running', 'paused', 'saving', 'starting', 'stopping'];

/** Asks before what cannot be taken back: names what is lost, and how many. */
export function RemoveDialog({ machines, onClose }: { machines: readonly Machine[]; onClose: () => void }) {
  const { t, format } = useI18n();
  const { commands } = useStores();
  const [first] = machines;
  if (first === undefined) return null;
  const one = machines.length === 1;
  const running = machines.filter((machine) => RUNS.includes(machine.state)).length;
  const shown = format.list(machines.slice(0, NAMED).map(({ name }) => name));
  const names = machines.length > NAMED ? t('remove.more', { names: shown, count: machines.length - NAMED }) : shown;
  const loses = one
    ? t(first.kind === 'container' ? 'remove.containerLoses' : 'remove.vmLoses')
    : t('remove.manyLose', { count: machines.length, names });
  const ends = running === 0 ? null : one ? t('remove.runningOne') : t('remove.running', { count: running });
  const remove = () => {
    onClose();
    void commands.act(
      machines.map(({ id }) => id),
      'remove',
      { force: running > 0 },
    );
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={one ? t('remove.titleOne', { name: first.name }) : t('remove.titleMany', { count: machines.length })}
      description={
        <>
          <span>{loses}</span> {ends !== null && <span>{ends}</span>}
        </>
      }
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="danger" onClick={remove}>
            {one ? t('action.remove') : t('remove.confirm', { count: machines.length })}
          </Button>
        </>
      }
    />
  );
}
