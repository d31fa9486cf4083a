import { memo } from 'react';
import { Link } from 'wouter';
import type { Machine } from '../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Progress } from '../../ui/Progress.tsx';
import { Tooltip } from '../../ui/Tooltip.tsx';
import { machineUrl } from '../machine/machine-url.ts';
import { RowActions } from '../machines/actions.tsx';
import { CpuNumber, MachineSparkline, MemoryNumber, Uptime } from '../machines/numbers.tsx';
import { AddressAndPorts } from '../machines/Ports.tsx';
import { StateLabel } from '../machines/StateLabel.tsx';
import { startHelp, startWords } from '../machines/start-words.ts';
import { Thumbnail } from '../vm-screen/Thumbnail.tsx';
import styles from './HullRow.module.css';

export interface HullRowProps {
  machine: Machine;
  /** Tops of the scales that all rows of both hulls share. */
  cpuTop: () => number;
  memoryTop: () => number;
}

/** One machine on its hull. Drawn again only when it is another object. */
export const HullRow = memo(function HullRow({ machine, cpuTop, memoryTop }: HullRowProps) {
  const i18n = useI18n();
  const { t } = i18n;
  const engine = useInventory((inventory) => {
    const same = [...inventory.engines.values()].filter((one) => one.machineKind === machine.kind);
    return same.length > 1 ? inventory.engines.get(machine.engineId)?.name : undefined;
  });
  return (
    <article className={styles.row} data-kind={machine.kind} data-machine={machine.id} aria-label={machine.name} tabIndex={-1}>
      <div className={styles.head}>
        <Link className={styles.name} href={machineUrl(machine.id)} title={machine.name}>
          {machine.name}
        </Link>
        <StateLabel machine={machine} />
        <span className={styles.muted}>
          <Uptime machine={machine} />
        </span>
      </div>
      <div className={styles.image}>
        <span className={styles.cut} title={machine.image?.name}>
          {machine.image?.name ?? t('overview.noImage')}
        </span>
        {engine !== undefined && <span>{engine}</span>}
        <AddressAndPorts machine={machine} />
      </div>
      <div className={styles.screen}>
        <Thumbnail machine={machine} size="card" />
      </div>
      <div className={styles.cpu}>
        <span className={styles.measure}>
          {t('metric.cpu')}{' '}
          <b>
            <CpuNumber machine={machine} />
          </b>
        </span>
        <MachineSparkline machine={machine} metric="cpuCores" top={cpuTop} />
      </div>
      <div className={styles.memory}>
        <span className={styles.measure}>
          {t('metric.memory')}{' '}
          <b>
            <MemoryNumber machine={machine} />
          </b>
        </span>
        <MachineSparkline machine={machine} metric="memoryBytes" top={memoryTop} />
      </div>
      <div className={styles.facts}>
        {machine.problem !== null ? (
          <>
            <p className={styles.problem}>{i18n.problem(machine.problem)}</p>
            <UseNextPort machine={machine} />
          </>
        ) : machine.state === 'creating' ? (
          <Progress value={machine.progress} label={t('state.creating')} />
        ) : (
          <Facts machine={machine} i18n={i18n} />
        )}
      </div>
      <div className={styles.actions}>
        <RowActions machine={machine} />
      </div>
    </article>
  );
});

/** The answer to "Port 8080 is taken. Use 8081?". */
function UseNextPort({ machine: { id, kind, problem } }: { machine: Machine }) {
  const { t } = useI18n();
  const { commands } = useStores();
  // A container's forwards are set when it is made; a virtual machine's can be changed.
  if (kind !== 'vm' || problem?.reason !== 'portTaken') return null;
  const from = Number(problem.params.port);
  const to = Number(problem.params.next);
  if (!Number.isInteger(from) || !Number.isInteger(to)) return null;
  return (
    <Button size="small" onClick={() => void commands.movePort(id, from, to)}>
      {t('ports.use', { port: to })}
    </Button>
  );
}

function Facts({ machine, i18n }: { machine: Machine; i18n: I18n }) {
  const starts = startWords(machine, i18n, { preparation: false });
  return (
    <>
      <span className={styles.cut} title={machine.kernelRelease ?? undefined}>
        {kernelWords(machine, i18n)}
      </span>
      {starts.length > 0 && (
        <Tooltip content={startHelp(machine, i18n)}>
          <span className={styles.timing}>{starts.join(' · ')}</span>
        </Tooltip>
      )}
    </>
  );
}

/** Whose kernel it runs on: the point where the two hulls differ most. */
function kernelWords({ kind, kernelRelease: release }: Machine, { t }: I18n): string {
  if (kind === 'container') return release === null ? t('overview.sharedKernelUnknown') : t('overview.sharedKernel', { release });
  return release === null ? t('overview.ownKernelUnknown') : t('overview.ownKernel', { release });
}
