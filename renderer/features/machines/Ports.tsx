import type { Machine, PortForward } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import styles from './Ports.module.css';

/** The address that a guest told of, then its forwards. */
export function AddressAndPorts({ machine }: { machine: Machine }) {
  return (
    <span className={styles.ports}>
      {machine.vm?.addresses[0] !== undefined && (
        <span className={styles.text} title={machine.vm.addresses.join('\n')}>
          {machine.vm.addresses[0]}
        </span>
      )}
      <Ports machine={machine} />
    </span>
  );
}

/** Forwards as links, `host port → machine port`. UDP cannot be opened and is text. */
export function Ports({ machine }: { machine: Machine }) {
  return (
    <span className={styles.ports}>
      {machine.ports
        .toSorted((a, b) => a.hostPort - b.hostPort)
        .map((port) => (
          <Port key={`${port.protocol}${port.hostAddress}:${port.hostPort}`} port={port} live={machine.state === 'running'} />
        ))}
    </span>
  );
}

function Port({ port, live }: { port: PortForward; live: boolean }) {
  const { t } = useI18n();
  const words = `${port.hostPort}\u202f→\u202f${port.machinePort}${port.protocol === 'udp' ? ' udp' : ''}`;
  if (!live || port.protocol === 'udp') return <span className={styles.text}>{words}</span>;
  const address = `${reachable(port.hostAddress)}:${port.hostPort}`;
  return (
    <a href={`http://${address}/`} target="_blank" rel="noreferrer" aria-label={t('ports.open', { address })}>
      {words}
    </a>
  );
}

/** What to write in an address bar for a listening address; "any address" is not one. */
function reachable(hostAddress: string): string {
  if (hostAddress === '' || hostAddress === '0.0.0.0' || hostAddress === '::') return '127.0.0.1';
  return hostAddress.includes(':') ? `[${hostAddress}]` : hostAddress;
}
