import { useMemo } from 'react';
import { Link } from 'wouter';
import { type I18n, useI18n } from '../../i18n/index.ts';
import { useInventory, useStores } from '../../stores/index.ts';
import { IconButton } from '../../ui/IconButton.tsx';
import { StateDot } from '../../ui/StateDot.tsx';
import type { Column } from '../../ui/Table.tsx';
import { ACTION_ICONS } from '../machines/actions.tsx';
import list from '../machines/MachinesPage.module.css';
import state from '../machines/StateLabel.module.css';
import { type StackEntry, tally } from './list-stacks.ts';
import { stackUrl } from './stack-url.ts';

/** What is said of a stack's containers. */
export function stackWords({ stack }: Pick<StackEntry, 'stack'>, { t }: I18n): string {
  const { running, total } = tally(stack.machines);
  return total === 0 ? t('stacks.none') : t('stacks.running', { running, total });
}

export function StackState({ entry }: { entry: StackEntry }) {
  const i18n = useI18n();
  const summary = tally(entry.stack.machines);
  return (
    <span className={state.state} data-state={summary.state}>
      <StateDot state={summary.state} />
      <span className={state.words}>{stackWords(entry, i18n)}</span>
    </span>
  );
}

export function useStackColumns(): Column<StackEntry>[] {
  const { t } = useI18n();
  return useMemo(
    () => [
      {
        id: 'name',
        header: t('column.name'),
        track: 'minmax(140px, 1.2fr)',
        sortable: true,
        cell: (entry) => (
          <Link className={list.name} href={stackUrl(entry)}>
            {entry.name}
          </Link>
        ),
      },
      { id: 'state', header: t('column.state'), track: 'minmax(140px, 1fr)', cell: (entry) => <StackState entry={entry} /> },
      {
        id: 'services',
        header: t('stacks.column.services'),
        track: 'minmax(160px, 2fr)',
        cell: (entry) => entry.stack.services.map(({ name }) => name).join(', ') || '–',
      },
      { id: 'engine', header: t('column.engine'), track: 'minmax(90px, 1fr)', cell: (entry) => <EngineName entry={entry} /> },
      {
        id: 'from',
        header: t('stacks.column.from'),
        track: 'minmax(160px, 2fr)',
        cell: ({ files }) => <span title={files.join('\n')}>{files[0] ?? t('stacks.fromLabels')}</span>,
      },
      {
        id: 'actions',
        header: t('column.actions'),
        headerHidden: true,
        track: '44px',
        align: 'end',
        cell: (entry) => <RowAction entry={entry} />,
      },
    ],
    [t],
  );
}

/** The one that is wanted most: to stop what runs, to start what does not. */
function RowAction({ entry }: { entry: StackEntry }) {
  const { t } = useI18n();
  const { stackCommands } = useStores();
  const { machines } = entry.stack;
  const action = (['stop', 'start'] as const).find((one) => machines.some(({ actions }) => actions.includes(one)));
  if (action === undefined) return null;
  return (
    <IconButton
      label={t(`action.${action}Of`, { name: entry.name })}
      size="small"
      onClick={() => void stackCommands.run(entry, { do: action })}
    >
      {ACTION_ICONS[action]}
    </IconButton>
  );
}

export function EngineName({ entry }: { entry: Pick<StackEntry, 'engineId'> }) {
  return useInventory((inventory) => inventory.engines.get(entry.engineId)?.name ?? entry.engineId);
}
