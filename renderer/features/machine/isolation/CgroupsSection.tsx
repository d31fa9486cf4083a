import type { CgroupResource, Cgroups, CgroupValue, CgroupValueName, MachineKind, Readable } from '../../../../backend/contract/index.ts';
import { type I18n, useI18n } from '../../../i18n/index.ts';
import { Facts } from '../../../ui/Facts.tsx';
import { Progress } from '../../../ui/Progress.tsx';
import styles from './IsolationTab.module.css';
import { PartSection } from './PartSection.tsx';

const RESOURCES = ['memory', 'cpu', 'pids', 'io'] as const satisfies readonly CgroupResource[];
/** What is counted against what: drawn as a bar where there is a limit. */
const BARS: Partial<Record<CgroupResource, [used: CgroupValueName, limit: CgroupValueName]>> = {
  memory: ['memoryCurrent', 'memoryMax'],
  pids: ['pidsCurrent', 'pidsMax'],
};

export function CgroupsSection({ kind, cgroups }: { kind: MachineKind; cgroups: Readable<Cgroups> }) {
  const { t } = useI18n();
  return (
    <PartSection
      title={t('isolation.cgroups')}
      text={t(kind === 'vm' ? 'isolation.cgroups.vm' : 'isolation.cgroups.text')}
      part={cgroups}
      wide
    >
      {({ groups, values }) => (
        <>
          <div className={styles.columns}>
            {RESOURCES.map((resource) => {
              const ofIt = values.filter((value) => value.resource === resource);
              return ofIt.length === 0 ? null : <Resource key={resource} resource={resource} values={ofIt} />;
            })}
          </div>
          <ul className={styles.paths}>
            {groups.map(({ version, controllers, path, folder }) => (
              <li key={`${version} ${controllers.join()}`}>
                <span className={styles.faint}>
                  {t('isolation.cgroups.version', { version })}
                  {controllers.length > 0 && ` · ${controllers.join(', ')}`}
                </span>
                <code title={folder ?? t('isolation.cgroups.unmounted')}>{folder ?? path}</code>
                {folder === null && <span className={styles.faint}>{t('isolation.cgroups.unmounted')}</span>}
              </li>
            ))}
          </ul>
        </>
      )}
    </PartSection>
  );
}

function Resource({ resource, values }: { resource: CgroupResource; values: CgroupValue[] }) {
  const i18n = useI18n();
  const { t } = i18n;
  const number = (name: CgroupValueName | undefined) => values.find((value) => value.name === name)?.value;
  const [used, limit] = BARS[resource]?.map(number) ?? [];
  return (
    <div>
      <h3>{t(`isolation.resource.${resource}`)}</h3>
      {typeof used === 'number' && typeof limit === 'number' && (
        <Progress
          value={used / limit}
          label={t('isolation.used', {
            used: resource === 'memory' ? i18n.format.bytes(used) : i18n.format.integer(used),
            limit: resource === 'memory' ? i18n.format.bytes(limit) : i18n.format.integer(limit),
          })}
        />
      )}
      <Facts
        rows={values.map((value) => {
          const label = t(`isolation.value.${value.name}`);
          return {
            label: value.device === null ? label : t('isolation.ofDevice', { label, device: value.device }),
            value: valueText(value, i18n),
            title: value.file,
          };
        })}
      />
    </div>
  );
}

function valueText({ value, unit }: CgroupValue, { t, format }: I18n): string {
  if (value === null) return t('isolation.noLimit');
  if (typeof value === 'string') return value;
  switch (unit) {
    case 'bytes':
      return format.bytes(value);
    case 'cores':
      return format.cores(value);
    case 'ms':
      return format.timing(value);
    case 'bytesPerSecond':
      return format.bytesPerSecond(value);
    case 'perSecond':
      return t('isolation.perSecond', { value: format.integer(value) });
    default:
      return format.integer(value);
  }
}
