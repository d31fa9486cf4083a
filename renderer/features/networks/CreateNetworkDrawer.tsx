import { type FormEvent, useId, useState } from 'react';
import { type EngineId, type Network, overlaps, type Problem, parseAddress, parseSubnet } from '../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Drawer } from '../../ui/Drawer.tsx';
import { Select } from '../../ui/Select.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { TextField } from '../../ui/TextField.tsx';
import styles from './networks.module.css';

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

export function CreateNetworkDrawer({ onClose }: { onClose: () => void }) {
  const i18n = useI18n();
  const { t, problem: sentence } = i18n;
  const { connection } = useStores();
  const engines = useInventory((inventory) => [...inventory.engines.values()].filter((engine) => engine.facets.includes('networks')));
  const existing = useInventory((inventory) => [...inventory.networks.values()]);
  const form = useId();
  const [chosen, setChosen] = useState<EngineId | null>(null);
  const [name, setName] = useState('');
  const [subnet, setSubnet] = useState('');
  const [gateway, setGateway] = useState('');
  const [labels, setLabels] = useState('');
  const [internal, setInternal] = useState(false);
  const [ipv6, setIpv6] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const engine = engines.find(({ id }) => id === chosen) ?? engines[0];
  const ofEngine = existing.filter(({ engineId }) => engineId === engine?.id);
  const nameProblem = name === '' || NAME.test(name) ? null : t('networks.nameRule');
  const subnetProblem = subnetTrouble(subnet.trim(), ofEngine, i18n);
  const gatewayProblem = gateway.trim() !== '' && parseAddress(gateway.trim()) === null ? t('networks.gatewayRule') : null;
  const ready = engine !== undefined && name !== '' && nameProblem === null && subnetProblem === null && gatewayProblem === null;

  const create = async (event: FormEvent) => {
    event.preventDefault();
    if (!ready || busy) return;
    setBusy(true);
    try {
      await connection.client.networks.create({
        engineId: engine.id,
        name,
        internal,
        ipv6,
        subnets: subnet.trim() === '' ? [] : [{ subnet: subnet.trim(), gateway: gateway.trim() || null }],
        labels: parseLabels(labels),
      });
      onClose();
    } catch (error) {
      setProblem(connection.problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Drawer
      open
      onOpenChange={(open) => !open && onClose()}
      title={t('networks.createTitle')}
      closeLabel={t('common.close')}
      footer={
        <>
          <Button onClick={onClose}>{t('common.cancel')}</Button>
          <Button type="submit" form={form} variant="primary" disabled={!ready || busy}>
            {t('networks.create')}
          </Button>
        </>
      }
    >
      <form id={form} className={classNames(styles.drawer, styles.form)} onSubmit={create}>
        {engines.length > 1 && engine !== undefined && (
          <Field label={t('column.engine')} problem={null}>
            <Select
              label={t('column.engine')}
              value={engine.id}
              options={engines.map((one) => ({ value: one.id, label: one.name }))}
              onValueChange={setChosen}
            />
          </Field>
        )}
        <Field label={t('column.name')} problem={nameProblem}>
          <TextField label={t('column.name')} value={name} autoFocus onChange={(event) => setName(event.target.value)} />
        </Field>
        <Field label={t('networks.subnet')} help={t('networks.subnetHelp')} problem={subnetProblem}>
          <TextField
            label={t('networks.subnet')}
            placeholder="10.89.5.0/24"
            value={subnet}
            aria-invalid={subnetProblem !== null}
            onChange={(event) => setSubnet(event.target.value)}
          />
        </Field>
        {subnet.trim() !== '' && (
          <Field label={t('networks.gateway')} help={t('networks.gatewayHelp')} problem={gatewayProblem}>
            <TextField label={t('networks.gateway')} value={gateway} onChange={(event) => setGateway(event.target.value)} />
          </Field>
        )}
        <Choice label={t('networks.internal')} help={t('networks.internalHelp')} checked={internal} onChange={setInternal} />
        <Choice label="IPv6" help={t('networks.ipv6Help')} checked={ipv6} onChange={setIpv6} />
        <Field label={t('networks.labels')} help={t('networks.labelsHelp')} problem={null}>
          <TextField
            label={t('networks.labels')}
            placeholder="team=sea, tier=back"
            value={labels}
            onChange={(event) => setLabels(event.target.value)}
          />
        </Field>
        {problem !== null && (
          <p className={styles.problem} role="alert">
            {sentence(problem)}
          </p>
        )}
      </form>
    </Drawer>
  );
}

/** Null when it can be taken. */
function subnetTrouble(text: string, existing: readonly Network[], { t }: I18n): string | null {
  if (text === '') return null;
  const wanted = parseSubnet(text);
  if (wanted === null) return t('networks.subnetRule');
  for (const network of existing) {
    for (const { subnet } of network.subnets) {
      const other = parseSubnet(subnet);
      if (other !== null && overlaps(wanted, other)) return t('networks.subnetOverlaps', { network: network.name, subnet });
    }
  }
  return null;
}

/** `key=value`, parted by commas; a key alone has an empty value. */
function parseLabels(text: string): Record<string, string> {
  const pairs = text.split(',').flatMap((part): [string, string][] => {
    const [key = '', ...rest] = part.trim().split('=');
    return key === '' ? [] : [[key, rest.join('=')]];
  });
  return Object.fromEntries(pairs);
}

function Field({ label, help, problem, children }: { label: string; help?: string; problem: string | null; children: React.ReactNode }) {
  return (
    <div className={styles.field}>
      <span className={styles.label}>{label}</span>
      {children}
      {problem === null ? (
        help !== undefined && <span className={styles.help}>{help}</span>
      ) : (
        <span className={styles.problem}>{problem}</span>
      )}
    </div>
  );
}

function Choice({
  label,
  help,
  checked,
  onChange,
}: {
  label: string;
  help: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}) {
  return (
    <div className={styles.choice}>
      <Switch label={label} checked={checked} onCheckedChange={onChange} />
      <span>
        {label}
        <span className={styles.muted}> {help}</span>
      </span>
    </div>
  );
}
