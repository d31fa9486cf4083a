import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Link } from 'wouter';
import type { Pod, PodAction } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import { ACTION_ICONS, RowActions } from '../machines/actions.tsx';
import { Ports } from '../machines/Ports.tsx';
import { StateLabel } from '../machines/StateLabel.tsx';
import styles from './pods.module.css';

const DOTS = { created: 'stopped', running: 'running', paused: 'paused', stopped: 'stopped', degraded: 'failed' } as const;

export function PodCard({ pod, manyEngines, onAdd }: { pod: Pod; manyEngines: boolean; onAdd: () => void }) {
  const { t } = useI18n();
  const { stackCommands } = useStores();
  const [removing, setRemoving] = useState(false);
  const engine = useInventory((inventory) => inventory.engines.get(pod.engineId)?.name ?? pod.engineId);
  const members = useInventory((inventory) => pod.machineIds.flatMap((id) => inventory.machines.get(id) ?? []));
  const act = (action: PodAction) => (action === 'remove' ? setRemoving(true) : void stackCommands.actOnPod(pod, action));
  return (
    <li className={styles.pod}>
      <div className={styles.head}>
        <h2>{pod.name}</h2>
        <span className={styles.state} data-state={pod.state}>
          <StateDot state={DOTS[pod.state]} />
          {t(`pods.state.${pod.state}`)}
        </span>
        {manyEngines && <span className={styles.state}>{engine}</span>}
        <div className={styles.actions} role="toolbar" aria-label={t('action.moreOf', { name: pod.name })}>
          {pod.actions.map((action) => (
            <Button
              key={action}
              size="small"
              icon={ACTION_ICONS[action]}
              aria-label={t(`action.${action}Of`, { name: pod.name })}
              onClick={() => act(action)}
            >
              {t(`action.${action}`)}
            </Button>
          ))}
          <Button size="small" icon={<Plus />} aria-label={t('pods.addTo', { name: pod.name })} onClick={onAdd}>
            {t('pods.add')}
          </Button>
        </div>
      </div>
      {members.length === 0 ? (
        <p className={styles.none}>{t('pods.noMembers')}</p>
      ) : (
        <ul aria-label={t('pods.members')} className={styles.members}>
          {members.map((machine) => (
            <li key={machine.id} className={styles.member}>
              <Link className={styles.memberName} href={machineUrl(machine.id)} title={machine.name}>
                {machine.name}
              </Link>
              <StateLabel machine={machine} />
              <span className={styles.image}>{machine.image?.name}</span>
              <Ports machine={machine} />
              <RowActions machine={machine} />
            </li>
          ))}
        </ul>
      )}
      {removing && <RemovePodDialog pod={pod} names={members.map(({ name }) => name)} onClose={() => setRemoving(false)} />}
    </li>
  );
}

function RemovePodDialog({ pod, names, onClose }: { pod: Pod; names: string[]; onClose: () => void }) {
  const { t, format } = useI18n();
  const { stackCommands } = useStores();
  const remove = () => {
    onClose();
    void stackCommands.actOnPod(pod, 'remove');
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('pods.removeTitle', { name: pod.name })}
      description={names.length === 0 ? t('pods.removeEmpty') : t('pods.removeText', { count: names.length, names: format.list(names) })}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="danger" onClick={remove}>
            {t('action.remove')}
          </Button>
        </>
      }
    />
  );
}
