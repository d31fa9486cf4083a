import { useI18n } from '../../i18n/index.ts';
import { PortRows as Rows } from '../fields/PortRows.tsx';
import { useForm } from './form-context.ts';

export function PortRows() {
  const { t } = useI18n();
  const { draft, change, engineId, replaces } = useForm();
  return (
    <Rows
      label={t('create.ports')}
      rows={draft.ports}
      onChange={(ports) => change({ ports })}
      protocols={['tcp', 'udp', 'sctp']}
      innerLabel={(row) => t('create.portContainer', { row })}
      innerExample="80"
      anyHostPort
      engineId={engineId}
      except={replaces}
    />
  );
}
