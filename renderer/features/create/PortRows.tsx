import { Wand2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './create.module.css';
import type { PortRow } from './draft.ts';
import { Rows } from './Field.tsx';
import { useForm } from './form-context.ts';

/** After the last key: a port is looked up when it has been written. */
const ASK_AFTER_MS = 300;
/** Below it a host port needs root: 80 becomes 8080. */
const FIRST_FREE = 1024;
const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;

export function PortRows() {
  const { t } = useI18n();
  const { draft, change } = useForm();
  return (
    <Rows<PortRow>
      label={t('create.ports')}
      field="ports"
      rows={draft.ports}
      onChange={(ports) => change({ ports })}
      newRow={() => ({ hostAddress: '127.0.0.1', hostPort: '', containerPort: '', protocol: 'tcp' })}
      row={(row, set, index) => <OnePort row={row} set={set} number={index + 1} />}
    />
  );
}

function OnePort({ row, set, number }: { row: PortRow; set: (row: PortRow) => void; number: number }) {
  const { t } = useI18n();
  const free = useFreePort(row);
  const propose = async () => {
    const wanted = Number(row.hostPort) || Number(row.containerPort);
    const next = await free.next(wanted < FIRST_FREE ? wanted + 8000 : wanted);
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
          placeholder={t('create.portAny')}
          value={row.hostPort}
          onChange={(event) => set({ ...row, hostPort: event.target.value })}
        />
        <IconButton
          size="small"
          label={t('create.portFree', { row: number })}
          disabled={row.containerPort === '' && row.hostPort === ''}
          onClick={() => void propose()}
        >
          <Wand2 />
        </IconButton>
        <span aria-hidden="true">→</span>
        <TextField
          className={styles.number}
          label={t('create.portContainer', { row: number })}
          inputMode="numeric"
          placeholder="80"
          value={row.containerPort}
          onChange={(event) => set({ ...row, containerPort: event.target.value })}
          onBlur={() => row.containerPort !== '' && row.hostPort === '' && void propose()}
        />
        <Select
          label={t('create.portProtocol', { row: number })}
          value={row.protocol}
          options={PROTOCOLS.map((value) => ({ value, label: value }))}
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
  const { engineId, replaces } = useForm();
  const [answer, setAnswer] = useState<{ port: string; owner: string | null; next: number } | null>(null);
  useEffect(() => {
    const port = Number(hostPort);
    if (!Number.isInteger(port) || port < 1 || port > 65_535) return;
    const gone = new AbortController();
    const timer = setTimeout(() => {
      connection.client.containers.port({ engineId, protocol, port, except: replaces }, { signal: gone.signal }).then(
        (found) => setAnswer({ port: hostPort, ...found }),
        // The engine says so at the start.
        () => {},
      );
    }, ASK_AFTER_MS);
    return () => {
      clearTimeout(timer);
      gone.abort();
    };
  }, [connection, engineId, hostPort, protocol, replaces]);
  const taken = answer !== null && answer.port === hostPort && answer.owner !== null ? { owner: answer.owner, next: answer.next } : null;
  return {
    taken,
    next: async (from: number): Promise<number | null> => {
      if (!Number.isInteger(from) || from < 1 || from > 65_535) return null;
      try {
        return (await connection.client.containers.port({ engineId, protocol, port: from, except: replaces })).next;
      } catch {
        return null;
      }
    },
  };
}
