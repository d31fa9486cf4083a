import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { hasProcesses, type Machine, type MachineAction, type Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Button } from '../../ui/Button.tsx';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { KindIcon } from '../../ui/KindIcon.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { imageUrl } from '../image/image-url.ts';
import { ACTION_ICONS, ACTION_ORDER, ASKED_FIRST } from '../machines/actions.tsx';
import { DiscardDialog } from '../machines/DiscardDialog.tsx';
import { Uptime } from '../machines/numbers.tsx';
import { Ports } from '../machines/Ports.tsx';
import { RemoveDialog } from '../machines/RemoveDialog.tsx';
import { StateLabel } from '../machines/StateLabel.tsx';
import { startHelp, startWords } from '../machines/start-words.ts';
import styles from './MachineHeader.module.css';
import { MachineMenu } from './MachineMenu.tsx';
import { MemoryTask } from './MemoryTask.tsx';
import { machineUrl } from './machine-url.ts';
import { mendedOn } from './mended-on.ts';
import { RestartFact } from './restart/RestartFact.tsx';

/** What the machine is and what can be done with it; the same on every tab. */
export function MachineHeader({ machine, twin }: { machine: Machine; twin: Machine | undefined }) {
  const { t, problem } = useI18n();
  return (
    <header className={styles.header}>
      <div className={styles.line}>
        <Badge tone={machine.kind}>
          <KindIcon kind={machine.kind} />
          {t(`kind.${machine.kind}`)}
        </Badge>
        <h1 className={styles.name} title={machine.name}>
          {machine.name}
        </h1>
        <StateLabel machine={machine} />
        <Actions machine={machine} />
      </div>
      <MemoryTask machine={machine} />
      {machine.problem !== null && (
        <div className={styles.problem} role="alert">
          <p>
            {problem(machine.problem)} <DisksLink machine={machine} problem={machine.problem} />
          </p>
          {machine.problem.detail !== null && (
            <details>
              <summary>{t('common.details')}</summary>
              <pre>{machine.problem.detail}</pre>
              <CopyButton text={machine.problem.detail} label={t('common.copy')} doneLabel={t('common.copied')} />
            </details>
          )}
        </div>
      )}
      <Facts machine={machine} twin={twin} />
    </header>
  );
}

function DisksLink({ machine, problem }: { machine: Machine; problem: Problem }) {
  const { t } = useI18n();
  const engine = useInventory((inventory) => inventory.engines.get(machine.engineId));
  const tab = mendedOn(problem, machine, engine);
  return tab !== null && <Link href={machineUrl(machine.id, tab)}>{t('machine.showDisks')}</Link>;
}

function Actions({ machine }: { machine: Machine }) {
  const { t } = useI18n();
  const { commands } = useStores();
  const [asking, setAsking] = useState<MachineAction | null>(null);
  return (
    <div className={styles.actions} role="toolbar" aria-label={t('machine.actions')}>
      {ACTION_ORDER.filter((action) => machine.actions.includes(action)).map((action) => (
        <Button
          key={action}
          size="small"
          variant={action === 'start' || action === 'resume' ? 'primary' : 'default'}
          icon={ACTION_ICONS[action]}
          onClick={() => (ASKED_FIRST.includes(action) ? setAsking(action) : void commands.act([machine.id], action))}
        >
          {t(`action.${action}`)}
        </Button>
      ))}
      <MachineMenu machine={machine} />
      {asking === 'remove' && <RemoveDialog machines={[machine]} onClose={() => setAsking(null)} />}
      {asking === 'discard' && <DiscardDialog machine={machine} onClose={() => setAsking(null)} />}
    </div>
  );
}

function Facts({ machine, twin }: { machine: Machine; twin: Machine | undefined }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const engine = useInventory((inventory) => inventory.engines.get(machine.engineId));
  const starts = startWords(machine, i18n, { preparation: true });
  const runs = hasProcesses(machine.state);
  return (
    <dl className={styles.facts}>
      {runs && machine.startedAtMs !== null && (
        <Fact label={t('machine.uptime')}>
          <Uptime machine={machine} />
        </Fact>
      )}
      {machine.image !== null && (
        <Fact label={t('machine.image')}>
          <ImageName of={machine.image} />
        </Fact>
      )}
      {machine.kernelRelease !== null && (
        <Fact label={t('machine.kernel')}>
          {machine.kernelRelease}{' '}
          <span className={styles.note}>{t(machine.kind === 'vm' ? 'machine.kernelOwn' : 'machine.kernelShared')}</span>
        </Fact>
      )}
      {machine.vm !== null && machine.vm.guest === 'system' && (
        <Fact label={t('machine.hardware')}>
          {[machine.vm.machine, machine.vm.architecture].filter((part) => part !== null).join(', ')}{' '}
          {machine.vm.foreign && <Badge>{t('machine.foreign')}</Badge>}
        </Fact>
      )}
      {starts.length > 0 && (
        <Fact label={t('machine.start')}>
          <Tooltip content={startHelp(machine, i18n)}>
            <span>{starts.join(' · ')}</span>
          </Tooltip>
        </Fact>
      )}
      {machine.vm !== null && machine.vm.addresses.length > 0 && (
        <Fact label={t('machine.addresses')}>{format.list(machine.vm.addresses)}</Fact>
      )}
      {machine.ports.length > 0 && (
        <Fact label={t('machine.ports')}>
          <Ports machine={machine} />
        </Fact>
      )}
      {engine !== undefined && <Fact label={t('machine.engine')}>{engine.name}</Fact>}
      {engine?.facets.includes('restart') && machine.restartPolicy !== null && (
        <Fact label={t('restart.label')}>
          <RestartFact machine={machine} policy={machine.restartPolicy} engine={engine} />
        </Fact>
      )}
      {twin !== undefined && (
        <Fact label={t('machine.twin')}>
          <Link href={machineUrl(twin.id)} className={styles.twin}>
            <KindIcon kind={twin.kind} label={t(`kind.${twin.kind}`)} />
            {twin.name}
          </Link>
        </Fact>
      )}
    </dl>
  );
}

/** Leads to the image, as long as that is there. */
function ImageName({ of: { id, name } }: { of: NonNullable<Machine['image']> }) {
  const isThere = useInventory(({ images }) => id !== null && images.has(id));
  return id !== null && isThere ? <Link href={imageUrl(id)}>{name}</Link> : name;
}

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={styles.fact}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
