import { Unplug } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Link } from 'wouter';
import { type Machine, type MachineId, type Network, type NetworkPlace, type Problem, splitId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Drawer } from '../../ui/Drawer.tsx';
import { FormField } from '../../ui/FormField.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import styles from './networks.module.css';
import type { Member } from './use-members.ts';

interface NetworkDrawerProps {
  network: Network;
  members: readonly Member[];
  onClose: () => void;
}

/** One network: who is on it under which address and names, and the way on and off. */
export function NetworkDrawer({ network, members, onClose }: NetworkDrawerProps) {
  const { t, problem: sentence } = useI18n();
  const { connection } = useStores();
  const [problem, setProblem] = useState<Problem | null>(null);
  const attempt = async (call: Promise<unknown>) => {
    try {
      await call;
      setProblem(null);
      return true;
    } catch (error) {
      setProblem(connection.problemOf(error));
      return false;
    }
  };
  // Networks of the host's own cannot be joined while a machine runs: it has the host's whole network, or none.
  const joinable = network.driver !== 'host' && network.driver !== 'null';
  return (
    <Drawer open onOpenChange={(open) => !open && onClose()} title={network.name} closeLabel={t('common.close')}>
      <div className={classNames(styles.drawer, styles.form)}>
        <p className={styles.muted}>
          {[network.driver, ...network.subnets.map(({ subnet }) => subnet), network.internal ? t('networks.internal') : null]
            .filter((part) => part !== null)
            .join(' · ')}
        </p>
        {network.internal && <p>{t('networks.internalHelp')}</p>}
        <h3>{t('networks.membersCount', { count: members.length })}</h3>
        {members.length > 0 && (
          <ul className={styles.members} aria-label={t('networks.members')}>
            {members.map(({ machine, place }) => (
              <li key={machine.id}>
                <span className={styles.member}>
                  <Link href={machineUrl(machine.id)}>{machine.name}</Link>
                  <span className={styles.muted}>{[place.address ?? t('networks.noAddress'), ...namesOf(machine, place)].join(' · ')}</span>
                </span>
                {joinable && (
                  <IconButton
                    size="small"
                    label={t('networks.disconnectOf', { name: machine.name })}
                    onClick={() => void attempt(connection.client.networks.disconnect({ id: network.id, machineId: machine.id }))}
                  >
                    <Unplug />
                  </IconButton>
                )}
              </li>
            ))}
          </ul>
        )}
        {joinable && (
          <ConnectForm
            network={network}
            members={members}
            onConnect={(request) => attempt(connection.client.networks.connect({ id: network.id, ...request }))}
          />
        )}
        {problem !== null && (
          <p className={styles.problem} role="alert">
            {sentence(problem)}
          </p>
        )}
      </div>
    </Drawer>
  );
}

/** Without the engine's own: the machine's name, and the beginning of its id. */
function namesOf({ id, name }: Machine, { aliases }: NetworkPlace): string[] {
  const { nativeId } = splitId(id);
  return aliases.filter((alias) => alias !== name && !nativeId.startsWith(alias));
}

interface ConnectFormProps {
  network: Network;
  members: readonly Member[];
  /** Whether it went well. */
  onConnect: (request: { machineId: MachineId; aliases: string[]; address: string | null }) => Promise<boolean>;
}

function ConnectForm({ network, members, onConnect }: ConnectFormProps) {
  const { t } = useI18n();
  const machines = useInventory((inventory) => [...inventory.machines.values()].filter(({ engineId }) => engineId === network.engineId));
  const [chosen, setChosen] = useState<MachineId | null>(null);
  const [aliases, setAliases] = useState('');
  const [address, setAddress] = useState('');
  const [busy, setBusy] = useState(false);
  const free = machines.filter(({ id }) => !members.some(({ machine }) => machine.id === id));
  const machine = free.find(({ id }) => id === chosen);
  const connect = async (event: FormEvent) => {
    event.preventDefault();
    if (machine === undefined || busy) return;
    setBusy(true);
    const names = aliases.split(/[\s,]+/).filter((alias) => alias !== '');
    const done = await onConnect({ machineId: machine.id, aliases: names, address: address.trim() || null });
    setBusy(false);
    if (!done) return;
    setAliases('');
    setAddress('');
    setChosen(null);
  };
  if (free.length === 0) return <p className={styles.muted}>{t('networks.allConnected')}</p>;
  return (
    <form className={styles.form} onSubmit={connect} aria-label={t('networks.connectTitle')}>
      <h3>{t('networks.connectTitle')}</h3>
      <FormField label={t('networks.machine')}>
        <Select
          label={t('networks.machine')}
          placeholder={t('networks.chooseMachine')}
          value={machine?.id ?? null}
          options={free.map((one) => ({ value: one.id, label: one.name }))}
          onValueChange={setChosen}
        />
      </FormField>
      <FormField label={t('networks.aliases')} help={t('networks.aliasesHelp')}>
        <TextField label={t('networks.aliases')} value={aliases} onChange={(event) => setAliases(event.target.value)} />
      </FormField>
      <FormField label={t('networks.address')} help={t('networks.addressHelp')}>
        <TextField label={t('networks.address')} value={address} onChange={(event) => setAddress(event.target.value)} />
      </FormField>
      <Button
        type="submit"
        className={styles.submit}
        disabled={busy}
        refusal={machine === undefined && !busy ? t('networks.chooseMachine') : null}
      >
        {t('networks.connect')}
      </Button>
    </form>
  );
}
