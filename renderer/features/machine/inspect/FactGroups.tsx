import { type Fact, isSecretName, MASK, maskAssignment } from '../../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../../i18n/index.ts';
import { CopyButton } from '../../../ui/CopyButton.tsx';
import { EmptyState } from '../../../ui/EmptyState.tsx';
import { Tooltip } from '../../../ui/Tooltip.tsx';
import styles from './InspectTab.module.css';

const GROUPS = [
  'general',
  'process',
  'resources',
  'network',
  'storage',
  'isolation',
  'runtime',
] as const satisfies readonly Fact['group'][];

interface FactGroupsProps {
  label: string;
  facts: readonly Fact[];
  filter: string;
  revealed: boolean;
}

export function FactGroups({ label, facts, filter, revealed }: FactGroupsProps) {
  const i18n = useI18n();
  const { t, tDynamic } = i18n;
  const rows = facts.map((fact) => ({ fact, name: tDynamic('fact', fact.label), values: factTexts(fact, i18n, revealed) }));
  const wanted = filter.toLowerCase();
  const shown = rows.filter(({ name, values }) => [name, ...values].some((text) => text.toLowerCase().includes(wanted)));
  if (shown.length === 0) return <EmptyState title={t('inspect.noMatch', { filter })} />;
  return (
    <section className={styles.groups} aria-label={label}>
      <div className={styles.columns}>
        {GROUPS.map((group) => {
          const inGroup = shown.filter(({ fact }) => fact.group === group);
          if (inGroup.length === 0) return null;
          return (
            <div key={group} className={styles.group}>
              <h2>{t(`inspect.group.${group}`)}</h2>
              <dl>
                {inGroup.map(({ fact, name, values }) => (
                  <div key={fact.label} className={styles.fact}>
                    <dt>{name}</dt>
                    <dd>
                      <FactValue values={values} />
                      <span className={styles.copy}>
                        <CopyButton
                          text={values.join('\n')}
                          label={t('inspect.copyValue', { label: name })}
                          doneLabel={t('common.copied')}
                        />
                      </span>
                    </dd>
                  </div>
                ))}
              </dl>
            </div>
          );
        })}
      </div>
    </section>
  );
}

function FactValue({ values }: { values: readonly string[] }) {
  const { t } = useI18n();
  if (values.length === 1) return <span className={styles.value}>{values[0]}</span>;
  return (
    <ul className={styles.value}>
      {values.map((value) => (
        <li key={value}>
          {value.endsWith(MASK) ? <Tooltip content={t('inspect.hidden')}>{<span tabIndex={-1}>{value}</span>}</Tooltip> : value}
        </li>
      ))}
    </ul>
  );
}

/** A fact as people read it; a list gives one text for each entry. */
function factTexts({ label, value, unit }: Fact, { t, format }: I18n, revealed: boolean): string[] {
  if (value === null || (Array.isArray(value) && value.length === 0)) return [t('inspect.none')];
  if (Array.isArray(value)) return revealed ? value : value.map(maskAssignment);
  if (typeof value === 'boolean') return [t(value ? 'inspect.yes' : 'inspect.no')];
  if (typeof value === 'string') return [revealed || !isSecretName(label) ? value : MASK];
  switch (unit) {
    case 'bytes':
      return [format.bytes(value)];
    case 'ms':
      return [format.timing(value)];
    case 'time':
      return [format.dateTime(value)];
    case 'cores':
      return [format.cores(value)];
    case 'count':
      return [format.integer(value)];
    case undefined:
      return [String(value)];
  }
}
