import type { LogStream, MachineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useInventory } from '../../stores/index.ts';
import { Select } from '../../ui/Select.tsx';

interface StreamFieldProps {
  value: LogStream | null;
  onValueChange: (value: LogStream | null) => void;
  ids: readonly MachineId[];
}

/** Which streams are shown; only virtual machines have a boot log. */
export function StreamField({ value, onValueChange, ids }: StreamFieldProps) {
  const { t } = useI18n();
  const boots = useInventory(({ machines }) => ids.some((id) => machines.get(id)?.kind === 'vm'));
  const streams: LogStream[] = boots ? ['stdout', 'stderr', 'boot'] : ['stdout', 'stderr'];
  return (
    <Select<LogStream | 'all'>
      label={t('logs.streams')}
      value={value ?? 'all'}
      options={[
        { value: 'all', label: t('logs.streams.all') },
        ...streams.map((stream) => ({ value: stream, label: t(`logs.streams.${stream}`) })),
      ]}
      onValueChange={(next) => onValueChange(next === 'all' ? null : next)}
    />
  );
}
