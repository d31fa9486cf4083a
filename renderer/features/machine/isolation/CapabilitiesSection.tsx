import type { Capabilities, Readable } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { Facts } from '../../../ui/Facts.tsx';
import styles from './IsolationTab.module.css';
import { PartSection } from './PartSection.tsx';

const SETS = ['effective', 'permitted', 'inheritable', 'ambient'] as const;

export function CapabilitiesSection({ capabilities }: { capabilities: Readable<Capabilities> }) {
  const { t } = useI18n();
  return (
    <PartSection title={t('isolation.capabilities')} text={t('isolation.capabilities.text')} part={capabilities} wide>
      {(sets) => (
        <>
          {sets.dropped.length === 0 && <p className={styles.warning}>{t('isolation.capabilities.all')}</p>}
          <Names title={t('isolation.capabilities.kept', { count: sets.bounding.length })} names={sets.bounding} />
          <Names title={t('isolation.capabilities.dropped', { count: sets.dropped.length })} names={sets.dropped} dropped />
          <Facts
            rows={SETS.map((set) => ({
              label: t(`isolation.set.${set}`),
              value:
                sets[set].length === 0
                  ? t('isolation.capabilities.none')
                  : sets[set].join() === sets.bounding.join()
                    ? t('isolation.sameAsBounding')
                    : sets[set].join(', '),
            }))}
          />
        </>
      )}
    </PartSection>
  );
}

function Names({ title, names, dropped = false }: { title: string; names: readonly string[]; dropped?: boolean }) {
  const { t } = useI18n();
  return (
    <div className={styles.names}>
      <h3>{title}</h3>
      {names.length === 0 ? (
        <p className={styles.faint}>{t('isolation.capabilities.none')}</p>
      ) : (
        <ul aria-label={title} data-dropped={dropped}>
          {names.map((name) => (
            <li key={name}>
              <code>{name}</code>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
