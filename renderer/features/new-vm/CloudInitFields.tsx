import { useState } from 'react';
import {
  CLOUD_CONFIG_HEADER,
  type CloudForm,
  checkNetworkConfig,
  checkUserData,
  editCloudConfig,
  kindOfUserData,
  parseCloudConfig,
  readCloudForm,
  readNetworkForm,
} from '../../../backend/contract/cloud-config/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { Button } from '../../ui/Button.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { Field } from '../fields/Field.tsx';
import styles from '../fields/fields.module.css';
import { CloudForm as Fields } from './CloudForm.tsx';
import { CloudText } from './CloudText.tsx';
import { useVmForm } from './form-context.ts';
import { NetworkConfigFields } from './NetworkConfigFields.tsx';

const NETWORK_START = 'version: 2\nethernets:\n  eth0:\n    match: { name: "e*" }\n    dhcp4: true\n';

/** What cloud-init in the guest is told: one text, as a form or as it is. */
export function CloudInitFields({ defaultUser }: { defaultUser: string | null }) {
  const { t } = useI18n();
  const { draft, change } = useVmForm();
  const [view, setView] = useState<'form' | 'text'>('form');
  return (
    <>
      <div className={styles.grid}>
        <Field label={t('cloud.use')} field="cloudInit">
          <Segments
            label={t('cloud.use')}
            value={draft.cloudInit ? 'yes' : 'no'}
            options={(['yes', 'no'] as const).map((value) => ({ value, label: t(`newVm.${value}`) }))}
            onValueChange={(value) => change({ cloudInit: value === 'yes' })}
          />
        </Field>
        {draft.cloudInit && (
          <Field label={t('cloud.view')} field="cloudView">
            <Segments
              label={t('cloud.view')}
              value={view}
              options={(['form', 'text'] as const).map((value) => ({ value, label: t(`cloud.view.${value}`) }))}
              onValueChange={setView}
            />
          </Field>
        )}
      </div>
      {draft.cloudInit && (view === 'form' ? <FormView defaultUser={defaultUser} onText={() => setView('text')} /> : <TextView />)}
    </>
  );
}

function FormView({ defaultUser, onText }: { defaultUser: string | null; onText: () => void }) {
  const { t } = useI18n();
  const { draft, change } = useVmForm();
  const { userData, networkConfig } = draft;
  const kind = userData.trim() === '' ? 'cloudConfig' : kindOfUserData(userData);
  const yaml = kind === 'cloudConfig' ? parseCloudConfig(userData === '' ? CLOUD_CONFIG_HEADER : userData) : null;
  const reading = yaml === null || yaml.hasErrors ? null : readable(yaml);
  const network = readNetworkForm(networkConfig);
  const textInstead = (message: 'cloud.notAForm' | 'cloud.networkNotAForm') => (
    <p className={styles.help}>
      {t(message)}{' '}
      <Button size="small" onClick={onText}>
        {t('cloud.showText')}
      </Button>
    </p>
  );
  const edit = (changes: Partial<CloudForm>) => change({ userData: editCloudConfig(userData, changes) });
  return (
    <>
      {reading === null ? textInstead('cloud.notAForm') : <Fields {...reading} defaultUser={defaultUser} onEdit={edit} />}
      {network === null ? textInstead('cloud.networkNotAForm') : <NetworkConfigFields start={network} />}
    </>
  );
}

/** Null for a text that is no mapping: it has no fields. */
function readable(yaml: ReturnType<typeof parseCloudConfig>): ReturnType<typeof readCloudForm> | null {
  const { contents } = yaml.document ?? {};
  const empty = contents === null || contents === undefined;
  return empty || 'items' in contents ? readCloudForm(yaml) : null;
}

function TextView() {
  const { t } = useI18n();
  const { draft, change } = useVmForm();
  const { userData, networkConfig } = draft;
  return (
    <>
      <CloudText
        label={t('cloud.userData')}
        value={userData}
        issues={checkUserData(userData)}
        onValueChange={(next) => change({ userData: next })}
      />
      {networkConfig === null ? (
        <div>
          <Button size="small" onClick={() => change({ networkConfig: NETWORK_START })}>
            {t('cloud.addNetwork')}
          </Button>
        </div>
      ) : (
        <>
          <CloudText
            label={t('cloud.networkConfig')}
            value={networkConfig}
            issues={checkNetworkConfig(networkConfig)}
            onValueChange={(next) => change({ networkConfig: next })}
          />
          <div>
            <Button size="small" onClick={() => change({ networkConfig: null })}>
              {t('cloud.removeNetwork')}
            </Button>
          </div>
        </>
      )}
    </>
  );
}
