import type { GuestInterface } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { PlainTable } from '../../ui/PlainTable.tsx';
import { Section } from '../../ui/Section.tsx';
import styles from './GuestTab.module.css';

export function InterfacesSection({ interfaces }: { interfaces: readonly GuestInterface[] }) {
  const { t, format } = useI18n();
  const bytes = (value: number | null) => (value === null ? t('common.notKnown') : format.bytes(value));
  return (
    <Section title={t('guest.interfaces')} wide>
      {interfaces.length === 0 ? (
        <p className={styles.faint}>{t('guest.noInterfaces')}</p>
      ) : (
        <PlainTable>
          <thead>
            <tr>
              <th scope="col">{t('guest.interface')}</th>
              <th scope="col">{t('guest.addresses')}</th>
              <th scope="col">{t('guest.mac')}</th>
              <th scope="col">{t('guest.received')}</th>
              <th scope="col">{t('guest.sent')}</th>
            </tr>
          </thead>
          <tbody>
            {interfaces.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td>
                  {one.addresses.map(({ address, prefix }) => (
                    <div key={address} className={styles.address}>
                      <code>{`${address}/${prefix}`}</code>
                      <CopyButton text={address} label={t('guest.copyAddress', { address })} doneLabel={t('common.copied')} />
                    </div>
                  ))}
                </td>
                <td>
                  <code>{one.macAddress ?? t('common.notKnown')}</code>
                </td>
                <td>{bytes(one.receivedBytes)}</td>
                <td>{bytes(one.sentBytes)}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
    </Section>
  );
}
