import { useState } from 'react';
import { isInterfaceAddress, type NetworkForm, writeNetworkForm } from '../../../backend/contract/cloud-config/index.ts';
import { parseAddress } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Segments } from '../../ui/Segments.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { Field } from '../fields/Field.tsx';
import styles from '../fields/fields.module.css';
import { useVmForm } from './form-context.ts';

/** How the guest comes by its addresses. What is not yet an address is not yet in the text. */
export function NetworkConfigFields({ start }: { start: NetworkForm }) {
  const { t } = useI18n();
  const { draft, change } = useVmForm();
  const [way, setWay] = useState(start.way);
  const [texts, setTexts] = useState(() => ({
    addresses: start.addresses.join(' '),
    gateways: start.gateways.join(' '),
    nameServers: start.nameServers.join(' '),
  }));
  const isAddress = (text: string) => parseAddress(text) !== null;
  const right = {
    addresses: listOf(texts.addresses).every(isInterfaceAddress),
    gateways: listOf(texts.gateways).every(isAddress),
    nameServers: listOf(texts.nameServers).every(isAddress),
  };
  const write = (nextWay: NetworkForm['way'], next: typeof texts) => {
    setWay(nextWay);
    setTexts(next);
    const form = {
      way: nextWay,
      addresses: listOf(next.addresses),
      gateways: listOf(next.gateways),
      nameServers: listOf(next.nameServers),
    };
    if (![...form.gateways, ...form.nameServers].every(isAddress) || !form.addresses.every(isInterfaceAddress)) return;
    if (nextWay === 'static' && form.addresses.length === 0) return;
    // The text knows the interface by its address, so the machine must have it.
    const macAddress = draft.macAddress === '' ? newMacAddress() : draft.macAddress;
    const networkConfig = writeNetworkForm(draft.networkConfig, form, macAddress);
    change(networkConfig === null ? { networkConfig } : { networkConfig, macAddress });
  };
  const text = (field: keyof typeof texts, placeholder: string) => (
    <Field label={t(`cloud.net.${field}`)} field={`cloud.${field}`}>
      <TextField
        label={t(`cloud.net.${field}`)}
        placeholder={placeholder}
        value={texts[field]}
        aria-invalid={!right[field]}
        onChange={(event) => write(way, { ...texts, [field]: event.target.value })}
      />
      {!right[field] && (
        <p role="alert" className={styles.issue}>
          {t(field === 'addresses' ? 'cloud.net.badAddress' : 'cloud.net.bad')}
        </p>
      )}
    </Field>
  );
  return (
    <div className={styles.grid}>
      <Field label={t('cloud.net.way')} field="cloud.way">
        <Segments<NetworkForm['way']>
          label={t('cloud.net.way')}
          value={way}
          options={(['dhcp', 'static'] as const).map((value) => ({ value, label: t(`cloud.net.${value}`) }))}
          onValueChange={(next) => write(next, texts)}
        />
      </Field>
      {way === 'static' && text('addresses', '10.0.2.15/24 2001:db8::5/64')}
      {way === 'static' && text('gateways', '10.0.2.2')}
      {text('nameServers', '10.0.2.3')}
    </div>
  );
}

function listOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** As QEMU's own start. */
function newMacAddress(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(3));
  return ['52:54:00', ...[...bytes].map((byte) => byte.toString(16).padStart(2, '0'))].join(':');
}
