import { Trash2 } from 'lucide-react';
import { useMemo } from 'react';
import type { Network, NetworkId } from '../../../backend/contract/index.ts';
import { MISSING, useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Badge } from '../../ui/Badge.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import type { Column } from '../../ui/Table.tsx';
import styles from './networks.module.css';
import { type Members, membersOf } from './use-members.ts';

export function useNetworkColumns(of: {
  members: Members;
  onOpen: (id: NetworkId) => void;
  onRemove: (network: Network) => void;
}): Column<Network>[] {
  const { t } = useI18n();
  const { members, onOpen, onRemove } = of;
  const engines = useInventory((inventory) => inventory.engines);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the page's callbacks set state and nothing else
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        track: 'minmax(160px, 2fr)',
        cell: (network) => (
          <span className={styles.name}>
            <button type="button" className={styles.link} onClick={() => onOpen(network.id)}>
              {network.name}
            </button>
            {network.internal && <Badge>{t('networks.internal')}</Badge>}
            {network.builtIn && <Badge>{t('networks.builtIn')}</Badge>}
          </span>
        ),
      },
      {
        id: 'engine',
        header: t('column.engine'),
        track: 'minmax(136px, 1fr)',
        cell: (network) => engines.get(network.engineId)?.name ?? '',
      },
      { id: 'driver', header: t('networks.driver'), track: 'minmax(70px, 1fr)', cell: (network) => network.driver },
      {
        id: 'subnet',
        header: t('networks.subnet'),
        track: 'minmax(130px, 2fr)',
        cell: (network) => <Addresses of={network.subnets.map(({ subnet }) => subnet)} />,
      },
      {
        id: 'gateway',
        header: t('networks.gateway'),
        track: 'minmax(110px, 1fr)',
        cell: (network) => <Addresses of={network.subnets.flatMap(({ gateway }) => gateway ?? [])} />,
      },
      {
        id: 'members',
        header: t('networks.members'),
        track: 'minmax(140px, 2fr)',
        cell: (network) => {
          const names = membersOf(members, network).map(({ machine }) => machine.name);
          return (
            <span title={names.join('\n')}>
              {names.length === 0 ? <span className={styles.muted}>{t('networks.nobody')}</span> : names.join(', ')}
            </span>
          );
        },
      },
      {
        id: 'actions',
        header: t('column.actions'),
        headerHidden: true,
        track: '52px',
        align: 'end',
        cell: (network) =>
          network.builtIn ? null : (
            <IconButton size="small" tone="danger" label={t('action.removeOf', { name: network.name })} onClick={() => onRemove(network)}>
              <Trash2 />
            </IconButton>
          ),
      },
    ],
    [t, engines, members],
  );
}

function Addresses({ of }: { of: readonly string[] }) {
  return of.length === 0 ? MISSING : <code>{of.join(', ')}</code>;
}
