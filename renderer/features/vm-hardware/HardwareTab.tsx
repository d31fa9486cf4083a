import type { Machine } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Skeleton } from '../../ui/Skeleton.tsx';
import { useVmAbilities } from '../vm-fields/use-vm-abilities.ts';
import { BalloonForm } from './BalloonForm.tsx';
import { GeneralForm } from './GeneralForm.tsx';
import styles from './HardwareTab.module.css';
import { MakeForm } from './MakeForm.tsx';
import { PortsForm } from './PortsForm.tsx';
import { refusalOf } from './refusal.ts';
import { useHardware } from './use-hardware.ts';

/** What a virtual machine is made of, and when a change of it counts. */
export function HardwareTab({ machine }: { machine: Machine }) {
  const i18n = useI18n();
  const { t, format } = i18n;
  const { commands } = useStores();
  const control = useHardware(machine);
  const { report, autostart, busy, apply } = control;
  const isSystem = machine.vm?.guest === 'system';
  const { abilities, problem: unknown } = useVmAbilities(isSystem ? machine.engineId : undefined);
  const problem = control.problem ?? unknown;
  if (report === null || autostart === null) {
    return <div className={styles.tab}>{problem === null ? <Skeleton /> : <p role="alert">{i18n.problem(problem)}</p>}</div>;
  }
  const { atNextStart, defined, running } = report;
  const network = (running ?? defined).hardware?.network.type ?? 'user';
  const refusal = refusalOf(t, { busy });
  return (
    <div className={styles.tab}>
      {atNextStart.length > 0 && (
        <div className={styles.banner} role="status">
          <p>{t('vmMake.waiting', { fields: format.list(atNextStart.map((field) => t(`vmMake.${field}`))) })}</p>
          <Button
            size="small"
            refusal={refusal}
            onClick={() => void apply((client) => client.hardware.undo({ id: machine.id, fields: atNextStart }))}
          >
            {t('vmMake.undo')}
          </Button>
          {machine.actions.includes('restart') && (
            <Button size="small" refusal={refusal} onClick={() => void commands.act([machine.id], 'restart')}>
              {t('vmMake.restartNow')}
            </Button>
          )}
        </div>
      )}
      {problem !== null && (
        <p className={styles.problem} role="alert">
          {i18n.problem(problem)}
        </p>
      )}
      <GeneralForm key={`${machine.name} ${JSON.stringify(autostart)}`} machine={machine} autostart={autostart} control={control} />
      <MakeForm machine={machine} report={report} abilities={abilities} control={control} />
      {network === 'user' && (
        <PortsForm key={JSON.stringify(machine.ports)} machine={machine} isLive={running !== null} control={control} />
      )}
      {report.balloon !== null && <BalloonForm machine={machine} balloon={report.balloon} control={control} />}
    </div>
  );
}
