import { useI18n } from '../../i18n/index.ts';
import { PlainTable } from '../../ui/PlainTable.tsx';
import styles from './networks.module.css';
import { peersOf, type Reach, type ReachNetwork } from './reach.ts';

/** The drawing in words: for each machine, where it is and whom it meets. */
export function ReachTable({ reach }: { reach: Reach }) {
  const { t, format } = useI18n();
  const names = new Map(reach.machines.map(({ id, name }) => [id, name]));
  return (
    <div className={styles.scroll}>
      <PlainTable label={t('networks.reach')}>
        <thead>
          <tr>
            <th>{t('networks.machine')}</th>
            <th>{t('networks.title')}</th>
            <th>{t('networks.talksTo')}</th>
            <th>{t('networks.wayIn')}</th>
          </tr>
        </thead>
        <tbody>
          {reach.machines.map((machine) => {
            const peers = peersOf(reach, machine.id).map((id) => names.get(id) ?? id);
            const on = reach.networks.filter(({ id }) => machine.networkIds.includes(id));
            return (
              <tr key={machine.id}>
                <th scope="row">{machine.name}</th>
                <td>{on.length === 0 ? t('networks.none') : format.list(on.map((network) => networkText(network, t)))}</td>
                <td>{peers.length === 0 ? t('networks.nobody') : format.list(peers)}</td>
                <td>{machine.ports.length === 0 ? t('networks.noWayIn') : machine.ports.join(', ')}</td>
              </tr>
            );
          })}
        </tbody>
      </PlainTable>
    </div>
  );
}

export function networkText(network: ReachNetwork, t: ReturnType<typeof useI18n>['t']): string {
  if (network.kind === 'user') return t('networks.user');
  return network.kind === 'internal' ? t('networks.internalName', { name: network.name }) : network.name;
}
