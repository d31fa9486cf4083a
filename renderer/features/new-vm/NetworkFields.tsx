import { Wand2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { VmNetwork } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from '../fields/fields.module.css';
import type { PortRow } from './draft.ts';
import { useVmForm } from './form-context.ts';
import { VmField, VmRows, VmText } from './VmField.tsx';

/** After the last key: a port is looked up when it has been written. */
const ASK_AFTER_MS = 300;
/** Below it a host port needs root: 22 becomes 2222, 80 becomes 8080. */
const FIRST_FREE = 1024;

export function NetworkFields() {
  const { t } = useI18n();
  const { draft, change, abilities } = useVmForm();
  const devices = { bridge: abilities.bridges, tap: abilities.taps };
  const usable = (type: 'bridge' | 'tap') => devices[type].some(({ ability }) => ability === null);
  const kinds: VmNetwork['type'][] = ['user', 'bridge', 'tap', 'none'];
  const disabled = (type: VmNetwork['type']) => (type === 'bridge' || type === 'tap') && !usable(type);
  const hint = (type: VmNetwork['type']) => (disabled(type) ? { hint: t('newVm.notHere') } : {});
  return (
    <>
      <div className={styles.grid}>
        <VmField
          label={t('newVm.network')}
          field="network"
          reasons={[...(usable('bridge') ? [] : devices.bridge), ...(usable('tap') ? [] : devices.tap)].map(({ ability }) => ability)}
        >
          <Select<VmNetwork['type']>
            label={t('newVm.network')}
            value={draft.network}
            options={kinds.map((value) => ({ value, label: t(`newVm.network.${value}`), disabled: disabled(value), ...hint(value) }))}
            onValueChange={(network) => change({ network })}
          />
        </VmField>
        {(draft.network === 'bridge' || draft.network === 'tap') && <DeviceField type={draft.network} />}
        {draft.network !== 'none' && <VmText field="macAddress" label={t('newVm.mac')} placeholder={t('newVm.madeUp')} />}
        {draft.network !== 'none' && (
          <VmField label={t('newVm.link')} field="linkUp">
            <Select
              label={t('newVm.link')}
              value={draft.linkUp ? 'up' : 'down'}
              options={(['up', 'down'] as const).map((value) => ({ value, label: t(`newVm.link.${value}`) }))}
              onValueChange={(value) => change({ linkUp: value === 'up' })}
            />
          </VmField>
        )}
      </div>
      {abilities.bridges.length === 0 && <p className={styles.help}>{t('newVm.noBridges')}</p>}
      {draft.network === 'user' && (
        <VmRows<PortRow>
          label={t('newVm.ports')}
          field="ports"
          rows={draft.ports}
          onChange={(ports) => change({ ports })}
          newRow={() => ({ hostAddress: '127.0.0.1', hostPort: '', machinePort: '', protocol: 'tcp' })}
          row={(row, set, index) => <OnePort row={row} set={set} number={index + 1} />}
        />
      )}
    </>
  );
}

function DeviceField({ type }: { type: 'bridge' | 'tap' }) {
  const { t } = useI18n();
  const { draft, change, abilities } = useVmForm();
  const devices = type === 'bridge' ? abilities.bridges : abilities.taps;
  return (
    <VmField label={t(`newVm.${type}`)} field={type} reasons={devices.map(({ ability }) => ability)}>
      <Select
        label={t(`newVm.${type}`)}
        value={draft[type] === '' ? null : draft[type]}
        placeholder={t('newVm.choose')}
        options={devices.map(({ name, ability }) => ({ value: name, label: name, disabled: ability !== null }))}
        onValueChange={(name) => change({ [type]: name })}
      />
    </VmField>
  );
}

function OnePort({ row, set, number }: { row: PortRow; set: (row: PortRow) => void; number: number }) {
  const { t } = useI18n();
  const free = useFreePort(row);
  const propose = async () => {
    const wanted = Number(row.hostPort) || Number(row.machinePort);
    const next = await free.next(wanted === 22 ? 2222 : wanted < FIRST_FREE ? wanted + 8000 : wanted);
    if (next !== null) set({ ...row, hostPort: String(next) });
  };
  return (
    <div className={styles.port}>
      <div className={styles.row}>
        <TextField
          className={styles.address}
          label={t('create.portAddress', { row: number })}
          placeholder={t('create.portAll')}
          value={row.hostAddress}
          onChange={(event) => set({ ...row, hostAddress: event.target.value })}
        />
        <span aria-hidden="true">:</span>
        <TextField
          className={styles.number}
          label={t('create.portHost', { row: number })}
          inputMode="numeric"
          value={row.hostPort}
          onChange={(event) => set({ ...row, hostPort: event.target.value })}
        />
        <IconButton
          size="small"
          label={t('create.portFree', { row: number })}
          disabled={row.machinePort === '' && row.hostPort === ''}
          onClick={() => void propose()}
        >
          <Wand2 />
        </IconButton>
        <span aria-hidden="true">→</span>
        <TextField
          className={styles.number}
          label={t('newVm.machinePort', { row: number })}
          inputMode="numeric"
          placeholder="22"
          value={row.machinePort}
          onChange={(event) => set({ ...row, machinePort: event.target.value })}
          onBlur={() => row.machinePort !== '' && row.hostPort === '' && void propose()}
        />
        <Select
          label={t('create.portProtocol', { row: number })}
          value={row.protocol}
          options={(['tcp', 'udp'] as const).map((value) => ({ value, label: value }))}
          onValueChange={(protocol) => set({ ...row, protocol })}
        />
      </div>
      {free.taken !== null && (
        <p role="alert" className={styles.issue}>
          {t('create.portTaken', { port: row.hostPort, owner: free.taken.owner })}{' '}
          <Button size="small" onClick={() => set({ ...row, hostPort: String(free.taken?.next) })}>
            {t('create.portUse', { port: free.taken.next })}
          </Button>
        </p>
      )}
    </div>
  );
}

/** Who has the row's port, and which one is free. */
function useFreePort({ hostPort, protocol }: PortRow) {
  const { connection } = useStores();
  const { engineId } = useVmForm();
  const [answer, setAnswer] = useState<{ port: string; owner: string | null; next: number } | null>(null);
  useEffect(() => {
    const port = Number(hostPort);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return;
    const gone = new AbortController();
    const timer = setTimeout(() => {
      connection.client.containers.port({ engineId, protocol, port, except: null }, { signal: gone.signal }).then(
        (found) => setAnswer({ port: hostPort, ...found }),
        // QEMU says so at the start.
        () => {},
      );
    }, ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [connection, engineId, hostPort, protocol]);
  const taken = answer !== null && answer.port === hostPort && answer.owner !== null ? { owner: answer.owner, next: answer.next } : null;
  return {
    taken,
    next: async (from: number): Promise<number | null> => {
      if (!Number.isInteger(from) || from < 1 || from > 65_535) return null;
      try {
        return (await connection.client.containers.port({ engineId, protocol, port: from, except: null })).next;
      } catch {
        return null;
      }
    },
  };
}
