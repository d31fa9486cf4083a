import { useState } from 'react';
import type { Network, Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import styles from './networks.module.css';
import { type Members, membersOf } from './use-members.ts';

interface RemoveNetworksDialogProps {
  networks: readonly Network[];
  members: Members;
  onClose: () => void;
}

/** Names what goes and who is still on it: those are disconnected first, and nothing else is touched. */
export function RemoveNetworksDialog({ networks, members, onClose }: RemoveNetworksDialogProps) {
  const { t, format, problem: sentence } = useI18n();
  const { connection } = useStores();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const using = networks.flatMap((network) => membersOf(members, network).map(({ machine }) => ({ network, machine })));
  const remove = async () => {
    setBusy(true);
    try {
      for (const { network, machine } of using) await connection.client.networks.disconnect({ id: network.id, machineId: machine.id });
      for (const { id } of networks) await connection.client.networks.remove({ id });
      onClose();
    } catch (error) {
      setProblem(connection.problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('networks.removeTitle', { count: networks.length, names: format.list(networks.map(({ name }) => name)) })}
      description={
        using.length === 0
          ? t('networks.removeUnused')
          : t('networks.removeUsed', { count: using.length, machines: format.list(using.map(({ machine }) => machine.name)) })
      }
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button variant="danger" disabled={busy} onClick={() => void remove()}>
            {t(using.length === 0 ? 'networks.removeConfirm' : 'networks.disconnectAndRemove', { count: networks.length })}
          </Button>
        </>
      }
    >
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {sentence(problem)}
        </p>
      )}
    </Dialog>
  );
}
