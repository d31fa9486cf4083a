import type { MachineKind, NamespaceIds, Readable } from '../../../../backend/contract/index.ts';
import { useI18n } from '../../../i18n/index.ts';
import { PlainTable } from '../../../ui/PlainTable.tsx';
import styles from './IsolationTab.module.css';
import { PartSection } from './PartSection.tsx';

/** `own`: another number than the host's. */
function verdictOf({ id, hostId }: NamespaceIds): 'own' | 'shared' | 'unknown' {
  if (id === null || hostId === null) return 'unknown';
  return id === hostId ? 'shared' : 'own';
}

export function NamespacesSection({ kind, namespaces }: { kind: MachineKind; namespaces: Readable<NamespaceIds[]> }) {
  const { t } = useI18n();
  return (
    <PartSection
      title={t('isolation.namespaces')}
      text={t(kind === 'vm' ? 'isolation.namespaces.vm' : 'isolation.namespaces.text')}
      part={namespaces}
      wide
    >
      {(rows) => (
        <PlainTable label={t('isolation.namespaces')}>
          <thead>
            <tr>
              <th>{t('isolation.column.namespace')}</th>
              <th>{t('isolation.column.hides')}</th>
              <th>{t('isolation.column.id')}</th>
              <th>{t('isolation.column.hostId')}</th>
              <th>{t('isolation.column.verdict')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const verdict = verdictOf(row);
              return (
                <tr key={row.kind}>
                  <th scope="row">
                    <code>{row.kind}</code>
                  </th>
                  <td>{t(`isolation.ns.${row.kind}`)}</td>
                  <td>
                    <code>{row.id ?? t('common.notKnown')}</code>
                  </td>
                  <td>
                    <code>{row.hostId ?? t('common.notKnown')}</code>
                  </td>
                  <td>
                    <span className={styles.verdict} data-verdict={verdict}>
                      {t(`isolation.${verdict}`)}
                    </span>
                  </td>
                </tr>
              );
            })}
          </tbody>
        </PlainTable>
      )}
    </PartSection>
  );
}
