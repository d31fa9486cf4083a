import { useI18n } from '../../i18n/index.ts';
import { type NewVmTarget, useStores } from '../../stores/index.ts';
import { Drawer } from '../../ui/Drawer.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import styles from '../fields/fields.module.css';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { NewVmForm } from './NewVmForm.tsx';
import { useVmBasics } from './use-vm-basics.ts';

/** The form for a virtual machine with an operating system of its own. */
export function NewVmDrawer({ target }: { target: NewVmTarget }) {
  const { t, problem: sentence } = useI18n();
  const { ui } = useStores();
  const vms = useAvailability('vm');
  const engineId = vms.available ? vms.engines.find(({ facets }) => facets.includes('virtualMachines'))?.id : undefined;
  const { basics, problem } = useVmBasics(engineId);
  const close = () => ui.setState({ newVm: null });
  if (engineId !== undefined && basics !== null) {
    return <NewVmForm engineId={engineId} basics={basics} imageId={target.imageId} onClose={close} />;
  }
  return (
    <Drawer open size="wide" onOpenChange={(open) => !open && close()} title={t('newVm.title')} closeLabel={t('common.close')}>
      {problem !== null ? (
        <div role="alert" className={styles.problem}>
          <p>{sentence(problem)}</p>
        </div>
      ) : vms.available ? (
        <EmptyState title={t('newVm.loading')} />
      ) : (
        <EngineProblem kind="vm" problem={vms.problem} />
      )}
    </Drawer>
  );
}
