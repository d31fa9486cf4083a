import { useCallback, useState } from 'react';
import { hasProcesses, type Machine, type Metric, machineSubject } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useHistoryOf, useLatest, useStores, WINDOW_SLOTS } from '../../stores/index.ts';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { useNow } from './use-now.ts';

export function CpuNumber({ machine }: { machine: Machine }) {
  return useI18n().format.cores(useLatest(machineSubject(machine.id), 'cpuCores'));
}

export function MemoryNumber({ machine }: { machine: Machine }) {
  return useI18n().format.bytes(useLatest(machineSubject(machine.id), 'memoryBytes'));
}

/** How long it runs; nothing when it does not. */
export function Uptime({ machine }: { machine: Machine }) {
  const { format } = useI18n();
  const now = useNow(1000);
  const runs = hasProcesses(machine.state);
  return runs && machine.startedAtMs !== null ? format.duration(Math.max(0, now - machine.startedAtMs)) : null;
}

export interface MachineSparklineProps {
  machine: Machine;
  metric: Metric;
  /** Top of the scale now; read at every draw, so that all lines of a list share it. */
  top: () => number;
  className?: string | undefined;
}

export function MachineSparkline({ machine, metric, top, className }: MachineSparklineProps) {
  const { metrics } = useStores();
  const subject = machineSubject(machine.id);
  useHistoryOf(subject);
  const [values] = useState(() => new Float64Array(WINDOW_SLOTS));
  const read = useCallback(
    () => ({ values: metrics.window.read(subject, metric, values), max: top() }),
    [metrics, subject, metric, values, top],
  );
  return <Sparkline tone={machine.kind} subscribe={metrics.subscribe} read={read} className={className} />;
}
