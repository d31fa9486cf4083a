import type { Proxies, RegistryOverview } from '../../../backend/contract/index.ts';
import { MISSING } from '../../i18n/format.ts';
import { useI18n } from '../../i18n/index.ts';
import styles from './RegistriesPage.module.css';

/** Which proxies are in force, and who says so. */
export function ProxyTable({ proxies }: Pick<RegistryOverview, 'proxies'>) {
  const { t } = useI18n();
  const rows: [label: string, help: string, proxies: Proxies][] = [
    [t('proxies.engine'), t('proxies.engineHelp'), proxies.engine],
    [t('proxies.environment'), t('proxies.environmentHelp'), proxies.environment],
    ...proxies.client.map(({ engine, proxies: given }): [string, string, Proxies] => [
      t('proxies.client', { engine }),
      t('proxies.clientHelp'),
      given,
    ]),
  ];
  return (
    <section className={styles.section} aria-label={t('proxies.title')}>
      <h2 className={styles.title}>{t('proxies.title')}</h2>
      <table className={styles.proxies}>
        <thead>
          <tr>
            <th scope="col">{t('proxies.from')}</th>
            <th scope="col">HTTP</th>
            <th scope="col">HTTPS</th>
            <th scope="col">{t('proxies.none')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([label, help, { http, https, none }]) => (
            <tr key={label}>
              <th scope="row">
                {label}
                <div className={styles.muted}>{help}</div>
              </th>
              <td>{http ?? MISSING}</td>
              <td>{https ?? MISSING}</td>
              <td>{none ?? MISSING}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
