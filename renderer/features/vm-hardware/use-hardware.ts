import { useCallback, useEffect, useState } from 'react';
import type { Machine, Problem, VmAutostart, VmHardwareReport } from '../../../backend/contract/index.ts';
import type { BackendConnection } from '../../backend/index.ts';
import { useStores } from '../../stores/index.ts';

/** Keeps a button level with the field beside it. */
export const NO_LABEL = '\u00a0';

export interface HardwareControl {
  report: VmHardwareReport | null;
  autostart: VmAutostart | null;
  problem: Problem | null;
  busy: boolean;
  /** Whether it was done. What failed is in `problem`. */
  apply(call: (client: BackendConnection['client']) => Promise<unknown>): Promise<boolean>;
}

/** What a machine is made of; asked again whenever it may be another. */
export function useHardware({ id, state, vm, limits, name }: Machine): HardwareControl {
  const { connection } = useStores();
  const [report, setReport] = useState<VmHardwareReport | null>(null);
  const [autostart, setAutostart] = useState<VmAutostart | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [turn, setTurn] = useState(0);
  const waiting = vm?.atNextStart.join() ?? '';
  const { cpus, memoryBytes } = limits;

  // biome-ignore lint/correctness/useExhaustiveDependencies: another state or size is another report
  useEffect(() => {
    const leaving = new AbortController();
    const { hardware } = connection.client;
    const options = { signal: leaving.signal };
    Promise.all([hardware.get({ id }, options), hardware.autostart({ id }, options)]).then(
      ([made, starts]) => {
        setReport(made);
        setAutostart(starts);
      },
      (error: unknown) => {
        if (!leaving.signal.aborted) setProblem(connection.problemOf(error));
      },
    );
    return () => leaving.abort();
  }, [connection, id, state, waiting, cpus, memoryBytes, name, turn]);

  const apply = useCallback(
    async (call: (client: BackendConnection['client']) => Promise<unknown>) => {
      setBusy(true);
      try {
        await call(connection.client);
        setProblem(null);
        return true;
      } catch (error) {
        setProblem(connection.problemOf(error));
        return false;
      } finally {
        setBusy(false);
        setTurn((count) => count + 1);
      }
    },
    [connection],
  );
  return { report, autostart, problem, busy, apply };
}
