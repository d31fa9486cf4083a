import type { EngineId, MachineId } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { PortRows } from '../fields/PortRows.tsx';
import type { VmPortRow } from './vm-ports.ts';

/** Forwards of a machine on a user network. */
export function VmPortRows(props: {
  rows: readonly VmPortRow[];
  onChange: (rows: VmPortRow[]) => void;
  engineId: EngineId;
  /** The machine, once there is one. */
  machineId: MachineId | null;
}) {
  const { t } = useI18n();
  return (
    <PortRows
      label={t('newVm.ports')}
      rows={props.rows}
      onChange={props.onChange}
      protocols={['tcp', 'udp']}
      innerLabel={(row) => t('newVm.machinePort', { row })}
      innerExample="22"
      anyHostPort={false}
      engineId={props.engineId}
      except={props.machineId}
    />
  );
}
