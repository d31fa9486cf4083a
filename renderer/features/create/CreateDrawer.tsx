import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { type ContainerSpec, type EngineId, emptySpec, type MachineId, type Problem } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { type CreateTarget, useStores } from '../../stores/index.ts';
import { Drawer } from '../../ui/Drawer.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import styles from '../fields/fields.module.css';
import { machineUrl, parseMachineUrl } from '../machine/machine-url.ts';
import { EngineProblem } from '../shell/EngineProblem.tsx';
import { useAvailability } from '../shell/engine-health.ts';
import { CreateForm } from './CreateForm.tsx';

/** The form for a container, filled from what it was opened for. */
export function CreateDrawer({ target }: { target: CreateTarget }) {
  const { t, problem: sentence } = useI18n();
  const { ui, inventory } = useStores();
  const [location, navigate] = useLocation();
  const containers = useAvailability('container');
  const start = useStart(target);
  const title =
    target.from === 'image' ? t('create.title') : t(target.as === 'copy' ? 'create.titleCopy' : 'create.titleEdit', { name: target.name });
  const close = () => ui.setState({ create: null });
  const done = (id: MachineId) => {
    close();
    // Whoever looks at a machine looks at the one that took its place.
    if (target.from !== 'machine' || target.as !== 'same' || parseMachineUrl(location)?.id !== target.id) return;
    if (inventory.getState().machines.has(id)) return navigate(machineUrl(id));
    const unsubscribe = inventory.subscribe(({ machines }) => {
      if (!machines.has(id)) return;
      unsubscribe();
      navigate(machineUrl(id));
    });
  };
  const engines = containers.available ? containers.engines.filter(({ facets }) => facets.includes('containers')) : [];
  const engineId = start.spec === null ? undefined : (start.engineId ?? engines[0]?.id);
  if (start.spec !== null && engineId !== undefined) {
    const replaces = target.from === 'machine' && target.as === 'same' ? target.id : null;
    const initial = start.spec;
    return <CreateForm key={JSON.stringify(target)} {...{ title, initial, engines, engineId, replaces }} onClose={close} onDone={done} />;
  }
  return (
    <Drawer open size="wide" onOpenChange={(open) => !open && close()} title={title} closeLabel={t('common.close')}>
      {start.problem !== null ? (
        <div role="alert" className={styles.problem}>
          <p>{sentence(start.problem)}</p>
        </div>
      ) : containers.available ? (
        <EmptyState title={t('create.loading')} />
      ) : (
        <EngineProblem kind="container" problem={containers.problem} />
      )}
    </Drawer>
  );
}

interface Start {
  spec: ContainerSpec | null;
  engineId: EngineId | null;
  problem: Problem | null;
}

function useStart(target: CreateTarget): Start {
  const { connection } = useStores();
  const [described, setDescribed] = useState<(Start & { target: CreateTarget }) | null>(null);
  useEffect(() => {
    if (target.from !== 'machine') return;
    const gone = new AbortController();
    connection.client.containers.describe({ id: target.id, as: target.as }, { signal: gone.signal }).then(
      ({ spec, engineId }) => setDescribed({ target, spec, engineId, problem: null }),
      (error) => !gone.signal.aborted && setDescribed({ target, spec: null, engineId: null, problem: connection.problemOf(error) }),
    );
    return () => gone.abort();
  }, [connection, target]);
  if (target.from === 'image') return { spec: { ...emptySpec('-'), image: target.image }, engineId: target.engineId, problem: null };
  return described !== null && described.target === target ? described : { spec: null, engineId: null, problem: null };
}
