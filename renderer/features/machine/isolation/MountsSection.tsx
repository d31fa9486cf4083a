import type { MountRow, Readable, RootFilesystem } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { classNames } from '../../../ui/class-names.ts';
import { Facts } from '../../../ui/Facts.tsx';
import { PlainTable } from '../../../ui/PlainTable.tsx';
import styles from './IsolationTab.module.css';
import { PartSection } from './PartSection.tsx';

export function RootSection({ root }: { root: Readable<RootFilesystem> }) {
  const { t } = useI18n();
  const layered = 'problem' in root || root.value.overlay !== null;
  return (
    <PartSection title={t('isolation.root')} text={t(layered ? 'isolation.root.text' : 'isolation.root.plain')} part={root} wide>
      {({ type, readOnly, overlay }) => (
        <>
          <Facts
            rows={[
              { label: t('isolation.root.type'), value: `${type}, ${t(readOnly ? 'isolation.root.readOnly' : 'isolation.root.writable')}` },
              ...(overlay?.upper == null ? [] : [{ label: t('isolation.root.upper'), value: <code>{overlay.upper}</code> }]),
            ]}
          />
          {overlay !== null && (
            <div>
              <h3>{t('isolation.root.lower', { count: overlay.lower.length })}</h3>
              <ol>
                {overlay.lower.map((layer) => (
                  <li key={layer} className={styles.layer}>
                    <code>{layer}</code>
                  </li>
                ))}
              </ol>
            </div>
          )}
        </>
      )}
    </PartSection>
  );
}

export function MountsSection({ mounts }: { mounts: Readable<MountRow[]> }) {
  const { t } = useI18n();
  return (
    <PartSection title={t('isolation.mounts')} text={t('isolation.mounts.text')} part={mounts} wide>
      {(rows) => (
        <>
          <p className={styles.faint}>
            {t('isolation.mounts.fromHost', { count: rows.filter(({ origin }) => origin === 'host').length, all: rows.length })}
          </p>
          <PlainTable label={t('isolation.mounts')}>
            <thead>
              <tr>
                <th>{t('isolation.column.mountPoint')}</th>
                <th>{t('isolation.column.type')}</th>
                <th>{t('isolation.column.access')}</th>
                <th>{t('isolation.column.propagation')}</th>
                <th>{t('isolation.column.origin')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: one point may be mounted upon twice, in this order
                <tr key={index} title={row.options}>
                  <th scope="row" className={styles.path}>
                    <code>{row.mountPoint}</code>
                  </th>
                  <td>{row.type}</td>
                  <td>{t(row.readOnly ? 'isolation.root.readOnly' : 'isolation.root.writable')}</td>
                  <td>{t(`isolation.propagation.${row.propagation}`)}</td>
                  <td className={classNames(styles.path, styles.origin)} data-origin={row.origin}>
                    {row.origin === 'host' ? t('isolation.origin.host', { path: row.hostPath ?? '' }) : t(`isolation.origin.${row.origin}`)}
                  </td>
                </tr>
              ))}
            </tbody>
          </PlainTable>
        </>
      )}
    </PartSection>
  );
}
