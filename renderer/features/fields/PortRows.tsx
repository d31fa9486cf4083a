import { Wand2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { EngineId, MachineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './fields.module.css';
import type { PortRow } from './port-row.ts';
import { Rows } from './Rows.tsx';

/** After the last key: a port is looked up when it has been written. */
const ASK_AFTER_MS = 300;
/** Below it a host port needs root: 80 becomes 8080, and 22, which has a habit of its own, 2222. */
const FIRST_FREE = 1024;
const SSH = { port: 22, habit: 2222 };

export interface PortRowsProps<Protocol extends PortRow['protocol']> {
  label: string;
  rows: readonly PortRow<Protocol>[];
  onChange: (rows: PortRow<Protocol>[]) => void;
  /** The first is a new row's. */
  protocols: readonly [Protocol, ...Protocol[]];
  /** Names the inner port of a row. */
  innerLabel: (row: number) => string;
  innerExample: string;
  /** Whether a row without a host port gets any that is free. */
  anyHostPort: boolean;
  /** Whose ports they are: its own are not taken. */
  engineId: EngineId;
  except: MachineId | null;
}

/** Ports of the host that lead into a container or machine; says who has one, and proposes a free one. */
export function PortRows<Protocol extends PortRow['protocol']>(props: PortRowsProps<Protocol>) {
  const { label, rows, onChange, protocols } = props;
  return (
    <Rows<PortRow<Protocol>>
      label={label}
      field="ports"
      rows={rows}
      onChange={onChange}
      newRow={() => ({ hostAddress: '127.0.0.1', hostPort: '', innerPort: '', protocol: protocols[0] })}
      row={(row, set, index) => <OnePort {...props} row={row} set={set} number={index + 1} />}
    />
  );
}

function OnePort<Protocol extends PortRow['protocol']>(
  props: Omit<PortRowsProps<Protocol>, 'label' | 'rows' | 'onChange'> & {
    row: PortRow<Protocol>;
    set: (row: PortRow<Protocol>) => void;
    number: number;
  },
) {
  const { t } = useI18n();
  const { row, set, number, protocols, engineId, except } = props;
  const free = useFreePort({ row, engineId, except });
  const propose = async () => {
    const wanted = Number(row.hostPort) || Number(row.innerPort);
    const next = await free.next(wanted === SSH.port ? SSH.habit : wanted < FIRST_FREE ? wanted + 8000 : wanted);
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
          placeholder={props.anyHostPort ? t('create.portAny') : undefined}
          value={row.hostPort}
          onChange={(event) => set({ ...row, hostPort: event.target.value })}
        />
        <IconButton
          size="small"
          label={t('create.portFree', { row: number })}
          disabled={row.innerPort === '' && row.hostPort === ''}
          onClick={() => void propose()}
        >
          <Wand2 />
        </IconButton>
        <span aria-hidden="true">→</span>
        <TextField
          className={styles.number}
          label={props.innerLabel(number)}
          inputMode="numeric"
          placeholder={props.innerExample}
          value={row.innerPort}
          onChange={(event) => set({ ...row, innerPort: event.target.value })}
          onBlur={() => row.innerPort !== '' && row.hostPort === '' && void propose()}
        />
        <Select<Protocol>
          label={t('create.portProtocol', { row: number })}
          value={row.protocol}
          options={protocols.map((value) => ({ value, label: value }))}
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
function useFreePort({ row, engineId, except }: { row: PortRow; engineId: EngineId; except: MachineId | null }) {
  const { connection } = useStores();
  const { hostPort, protocol } = row;
  const [answer, setAnswer] = useState<{ port: string; owner: string | null; next: number } | null>(null);
  useEffect(() => {
    const port = Number(hostPort);
    if (!isPort(port)) return;
    const gone = new AbortController();
    const timer = setTimeout(() => {
      connection.client.containers.port({ engineId, protocol, port, except }, { signal: gone.signal }).then(
        (found) => setAnswer({ port: hostPort, ...found }),
        // The engine says so at the start.
        () => {},
      );
    }, ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [connection, engineId, hostPort, protocol, except]);
  const taken = answer !== null && answer.port === hostPort && answer.owner !== null ? { owner: answer.owner, next: answer.next } : null;
  return {
    taken,
    next: async (from: number): Promise<number | null> => {
      if (!isPort(from)) return null;
      try {
        return (await connection.client.containers.port({ engineId, protocol, port: from, except })).next;
      } catch {
        return null;
      }
    },
  };
}

function isPort(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= 65_535;
}
