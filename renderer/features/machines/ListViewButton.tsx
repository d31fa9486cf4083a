import { SlidersHorizontal } from 'lucide-react';
import { useMemo } from 'react';
import { type ListView, type Machine, type MachineKind, settings } from '../../../backend/contract/index.ts';
import { type MessageKey, useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Checkbox } from '../../ui/Checkbox.tsx';
import { Popover } from '../../ui/Popover.tsx';
import { Select, type SelectOption } from '../../ui/Select.tsx';
import type { Column } from '../../ui/Table.tsx';
import { LABEL_GROUP, labelKeys } from './group-machines.ts';
import styles from './ListViewButton.module.css';

/** Labels beyond these would make a list that nobody reads. */
const LABELS_OFFERED = 20;
const ALWAYS: ReadonlySet<string> = new Set(['name', 'actions']);
const GROUPS = ['none', 'stack', 'image', 'engine', 'state'] as const;
const DEFAULTS = settings.parse({});

export interface ListViewButtonProps {
  kind: MachineKind;
  view: ListView;
  onChange: (patch: Partial<ListView>) => void;
  machines: readonly Machine[];
  /** All that can be shown; the name and the actions always are. */
  columns: readonly Column<Machine>[];
}

/** What a list is grouped by, and which columns it has. */
export function ListViewButton({ kind, view, onChange, machines, columns }: ListViewButtonProps) {
  const { t } = useI18n();
  const groups = useGroupOptions(kind, view.groupBy, machines);
  const show = (id: string, shown: boolean) =>
    onChange({ hiddenColumns: shown ? view.hiddenColumns.filter((one) => one !== id) : [...view.hiddenColumns, id] });
  const reset = () => {
    const { groupBy, hiddenColumns, sort } = kind === 'container' ? DEFAULTS.containerList : DEFAULTS.vmList;
    onChange({ groupBy, hiddenColumns, sort });
  };
  return (
    <Popover title={t('view.title')} trigger={<Button icon={<SlidersHorizontal />}>{t('view.button')}</Button>}>
      <div className={styles.view}>
        <span className={styles.heading}>{t('view.groupBy')}</span>
        <Select label={t('view.groupBy')} value={view.groupBy} options={groups} onValueChange={(groupBy) => onChange({ groupBy })} />
        <span className={styles.heading}>{t('view.columns')}</span>
        <ul className={styles.columns}>
          {columns
            .filter(({ id }) => !ALWAYS.has(id))
            .map(({ id, header }) => (
              <li key={id}>
                {/* biome-ignore lint/a11y/noLabelWithoutControl: the checkbox inside is one. */}
                <label className={styles.column}>
                  <Checkbox label={header} checked={!view.hiddenColumns.includes(id)} onCheckedChange={(shown) => show(id, shown)} />
                  <span aria-hidden>{header}</span>
                </label>
              </li>
            ))}
        </ul>
        <Button variant="quiet" onClick={reset}>
          {t('view.reset')}
        </Button>
      </div>
    </Popover>
  );
}

function useGroupOptions(kind: MachineKind, groupBy: string, machines: readonly Machine[]): SelectOption<string>[] {
  const { t } = useI18n();
  return useMemo(() => {
    const known = GROUPS.filter((group) => kind === 'container' || group !== 'stack');
    const keys = labelKeys(machines, LABELS_OFFERED);
    const chosen = groupBy.startsWith(LABEL_GROUP) ? groupBy.slice(LABEL_GROUP.length) : null;
    const labels = chosen === null || keys.includes(chosen) ? keys : [chosen, ...keys];
    return [
      ...known.map((group) => ({ value: group as string, label: t(`view.group.${group}` satisfies MessageKey) })),
      ...labels.map((key) => ({ value: `${LABEL_GROUP}${key}`, label: t('view.group.label', { key }) })),
    ];
  }, [t, kind, groupBy, machines]);
}
