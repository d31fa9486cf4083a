import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { TextField } from '../../ui/TextField.tsx';
import styles from '../fields/fields.module.css';
import { Rows } from '../fields/Rows.tsx';
import type { NetworkRow } from './draft.ts';
import { useForm } from './form-context.ts';

const NETWORKS = 'create-networks';

export function NetworkRows() {
  const { t } = useI18n();
  const { draft, change, engineId } = useForm();
  const networks = useInventory((inventory) =>
    [...inventory.networks.values()].filter((network) => network.engineId === engineId).map(({ name }) => name),
  );
  return (
    <>
      <Rows<NetworkRow>
        label={t('create.networks')}
        field="networks"
        rows={draft.networks}
        onChange={(rows) => change({ networks: rows })}
        newRow={() => ({ network: '', aliases: '', ipv4: '', ipv6: '' })}
        row={(row, set, index) => (
          <>
            <TextField
              className={styles.grow}
              label={t('create.network', { row: index + 1 })}
              placeholder={t('create.networkDefault')}
              list={NETWORKS}
              value={row.network}
              onChange={(event) => set({ ...row, network: event.target.value })}
            />
            <TextField
              className={styles.grow}
              label={t('create.networkAliases', { row: index + 1 })}
              placeholder={t('create.networkAliasesExample')}
              value={row.aliases}
              onChange={(event) => set({ ...row, aliases: event.target.value })}
            />
            <TextField
              className={styles.address}
              label={t('create.networkIp', { row: index + 1 })}
              placeholder="172.20.0.5"
              value={row.ipv4}
              onChange={(event) => set({ ...row, ipv4: event.target.value })}
            />
          </>
        )}
      />
      <datalist id={NETWORKS}>
        {[...new Set([...networks, 'host', 'none'])].map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
    </>
  );
}
