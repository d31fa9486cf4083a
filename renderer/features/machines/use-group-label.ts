import { useCallback } from 'react';
import { engineId, machineState } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useStores } from '../../stores/index.ts';
import { LABEL_GROUP } from './group-machines.ts';

/** What the header of a group says; the empty group holds those without one. */
export function useGroupLabel(groupBy: string): (group: string) => string {
  const { t } = useI18n();
  const { inventory } = useStores();
  return useCallback(
    (group) => {
      if (group === '') return t('group.without');
      if (groupBy === 'engine') return inventory.getState().engines.get(engineId.parse(group))?.name ?? group;
      if (groupBy === 'state') return t(`state.${machineState.parse(group)}`);
      if (groupBy.startsWith(LABEL_GROUP)) return `${groupBy.slice(LABEL_GROUP.length)} = ${group}`;
      return group;
    },
    [t, inventory, groupBy],
  );
}
