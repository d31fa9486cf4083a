import { Fragment } from 'react';
import { Link } from 'wouter';
import type { StackDefinition } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import { Stepper } from '../../ui/Stepper.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import { ACTION_ICONS } from '../machines/actions.tsx';
import { Ports } from '../machines/Ports.tsx';
import { type StackEntry, tally } from './list-stacks.ts';
import { mergeServices, type ServiceEntry } from './merge-services.ts';
import { ServiceGraph } from './ServiceGraph.tsx';
import styles from './stack.module.css';
import { useBelongings } from './use-belongings.ts';
import type { Loaded } from './use-stack.ts';

const MOST_REPLICAS = 100;

export interface ServicesTabProps {
  entry: StackEntry;
  definition: Loaded<StackDefinition>;
  /** A command runs on the stack: another one has to wait. */
  busy: boolean;
  /** Compose and the files are there. */
  canCompose: boolean;
}

export function ServicesTab({ entry, definition, busy, canCompose }: ServicesTabProps) {
  const { t } = useI18n();
  const { volumes, networks } = useBelongings(entry);
  const services = mergeServices(entry.stack.services, definition.status === 'ready' ? definition.value.services : []);
  if (services.length === 0) return <EmptyState title={t('stack.noServices')} />;
  return (
    <div className={styles.services}>
      <table className={styles.table} aria-label={t('stacks.column.services')}>
        <thead>
          <tr>
            <th scope="col">{t('stack.service')}</th>
            <th scope="col">{t('column.state')}</th>
            <th scope="col">{t('column.image')}</th>
            <th scope="col">{t('stack.replicas')}</th>
            <th scope="col">{t('column.ports')}</th>
            <th scope="col">{t('stack.containers')}</th>
            <th scope="col">
              <span className="visually-hidden">{t('column.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {services.map((service) => (
            <ServiceRow key={service.name} entry={entry} service={service} busy={busy} canCompose={canCompose} />
          ))}
        </tbody>
      </table>
      <section aria-label={t('stack.graph')} className={styles.section}>
        <h2>{t('stack.graph')}</h2>
        <ServiceGraph services={services} />
      </section>
      {volumes.length + networks.length > 0 && (
        <dl className={styles.belongings}>
          {volumes.length > 0 && <Belonging label={t('stack.volumes')} names={volumes.map(({ name }) => name)} />}
          {networks.length > 0 && <Belonging label={t('stack.networks')} names={networks.map(({ name }) => name)} />}
        </dl>
      )}
    </div>
  );
}

function Belonging({ label, names }: { label: string; names: string[] }) {
  return (
    <div>
      <dt>{label}</dt>
      {names.map((name) => (
        <dd key={name}>{name}</dd>
      ))}
    </div>
  );
}

function ServiceRow({
  entry,
  service,
  busy,
  canCompose,
}: {
  entry: StackEntry;
  service: ServiceEntry;
  busy: boolean;
  canCompose: boolean;
}) {
  const { t } = useI18n();
  const { stackCommands } = useStores();
  const { name, machines, image } = service;
  const summary = tally(machines);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>
        <span className={styles.state}>
          <StateDot state={summary.state} />
          {machines.length === 0 ? t('stack.notMade') : t('stacks.running', { running: summary.running, total: summary.total })}
        </span>
      </td>
      <td className={styles.clipped} title={image ?? undefined}>
        {image ?? '–'}
      </td>
      <td>
        <Stepper
          label={t('stack.replicasOf', { service: name })}
          fewerLabel={t('stack.fewer', { service: name })}
          moreLabel={t('stack.more', { service: name })}
          value={machines.length}
          least={0}
          most={MOST_REPLICAS}
          canDecrease={!busy}
          canIncrease={!busy && canCompose}
          onValueChange={(replicas) => void stackCommands.run(entry, { do: 'scale', service: name, replicas })}
        />
      </td>
      <td>
        {machines.map((machine) => (
          <Ports key={machine.id} machine={machine} />
        ))}
      </td>
      <td>
        {machines.map((machine, index) => (
          <Fragment key={machine.id}>
            {index > 0 && ', '}
            <Link href={machineUrl(machine.id)}>{machine.name}</Link>
          </Fragment>
        ))}
      </td>
      <td className={styles.actions}>
        {(['start', 'stop', 'restart'] as const).map(
          (action) =>
            machines.some(({ actions }) => actions.includes(action)) && (
              <IconButton
                key={action}
                label={t(`action.${action}Of`, { name })}
                size="small"
                disabled={busy}
                onClick={() => void stackCommands.run(entry, { do: action, service: name })}
              >
                {ACTION_ICONS[action]}
              </IconButton>
            ),
        )}
      </td>
    </tr>
  );
}
