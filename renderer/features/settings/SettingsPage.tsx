import type { ReactNode } from 'react';
import { Link } from 'wouter';
import type { Settings } from '../../../backend/contract/index.ts';
import { useI18n } from '../../i18n/index.ts';
import { useConnectionState, useSettings, useStores } from '../../stores/index.ts';
import { CopyButton } from '../../ui/CopyButton.tsx';
import { Segments } from '../../ui/Segments.tsx';
import { Select } from '../../ui/Select.tsx';
import { Switch } from '../../ui/Switch.tsx';
import { PageHeader } from '../shell/PageHeader.tsx';
import { START_WAYS } from '../vm-start/start-ways.ts';
import { TemplateLists } from '../vm-start/TemplateList.tsx';
import { NumberSetting } from './NumberSetting.tsx';
import styles from './SettingsPage.module.css';

const MIB = 1024 * 1024;

/** Every setting, kept as it is changed. */
export function SettingsPage() {
  const { t } = useI18n();
  const { commands } = useStores();
  const settings = useSettings();
  const set = (patch: Partial<Settings>) => void commands.updateSettings(patch);
  return (
    <>
      <PageHeader title={t('settings.title')} />
      <div className={styles.scroller}>
        <Section title={t('settings.look')}>
          <Row label={t('settings.language')}>
            <Select
              label={t('settings.language')}
              value={settings.language}
              // A language is named in itself: who cannot read the page's has to find their own.
              options={[
                { value: 'system', label: t('settings.languageSystem') },
                { value: 'en', label: 'English' },
                { value: 'ko', label: '한국어' },
              ]}
              onValueChange={(language) => set({ language })}
            />
          </Row>
          <Row label={t('settings.theme')}>
            <Select
              label={t('settings.theme')}
              value={settings.theme}
              options={[
                { value: 'system', label: t('settings.themeSystem') },
                { value: 'light', label: t('settings.themeLight') },
                { value: 'dark', label: t('settings.themeDark') },
              ]}
              onValueChange={(theme) => set({ theme })}
            />
          </Row>
          <Row label={t('settings.density')}>
            <Select
              label={t('settings.density')}
              value={settings.density}
              options={[
                { value: 'normal', label: t('settings.densityNormal') },
                { value: 'compact', label: t('settings.densityCompact') },
              ]}
              onValueChange={(density) => set({ density })}
            />
          </Row>
        </Section>
        <Section title={t('settings.terminal')}>
          <Row label={t('settings.fontSize')} help={t('settings.fontSizeHelp')}>
            <NumberSetting
              label={t('settings.fontSize')}
              value={settings.terminalFontSizePx}
              least={8}
              most={32}
              onChange={(terminalFontSizePx) => set({ terminalFontSizePx })}
            />
          </Row>
          <Row label={t('settings.renderer')} help={t('settings.rendererHelp')}>
            <Select
              label={t('settings.renderer')}
              value={settings.terminalRenderer}
              options={[
                { value: 'auto', label: t('settings.rendererAuto') },
                { value: 'dom', label: 'DOM' },
                { value: 'webgl', label: 'WebGL' },
              ]}
              onValueChange={(terminalRenderer) => set({ terminalRenderer })}
            />
          </Row>
          <Row label={t('settings.copyOnSelect')} help={t('settings.copyOnSelectHelp')}>
            <Switch
              label={t('settings.copyOnSelect')}
              checked={settings.terminalCopyOnSelect}
              onCheckedChange={(terminalCopyOnSelect) => set({ terminalCopyOnSelect })}
            />
          </Row>
        </Section>
        <Section title={t('settings.vm')}>
          <Row label={t('settings.vmMemory')} help={t('settings.vmMemoryHelp')}>
            <NumberSetting
              label={t('settings.vmMemory')}
              value={Math.round(settings.vmMemoryBytes / MIB)}
              least={64}
              most={1024 * 1024}
              onChange={(mib) => set({ vmMemoryBytes: mib * MIB })}
            />
          </Row>
          <Row label={t('settings.vmCpus')} help={t('settings.vmCpusHelp')}>
            <NumberSetting
              label={t('settings.vmCpus')}
              value={settings.vmCpus}
              least={1}
              most={64}
              onChange={(vmCpus) => set({ vmCpus })}
            />
          </Row>
          <Row label={t('vmBin.days')} help={t('vmBin.daysHelp')}>
            <NumberSetting
              label={t('vmBin.days')}
              value={settings.vmBinDays}
              least={0}
              most={3650}
              onChange={(vmBinDays) => set({ vmBinDays })}
            />
          </Row>
          <Row label={t('vmStart.settings')} help={t('vmStart.settingsHelp')}>
            <Segments
              label={t('vmStart.settings')}
              value={settings.vmStart}
              options={START_WAYS.map((value) => ({ value, label: t(`vmStart.${value}`) }))}
              onValueChange={(vmStart) => set({ vmStart })}
            />
          </Row>
          <p className={styles.explanation}>{t(`vmStart.${settings.vmStart}Text`)}</p>
          <TemplateLists />
        </Section>
        <Section title={t('settings.engine')}>
          <Row label={t('settings.embedded')} help={t('settings.embeddedHelp')}>
            <Switch
              label={t('settings.embedded')}
              checked={settings.embeddedEngine}
              onCheckedChange={(embeddedEngine) => set({ embeddedEngine })}
            />
          </Row>
        </Section>
        <Section title={t('registries.title')}>
          <Row label={t('registries.known')} help={t('settings.registriesHelp')}>
            <Link href="/registries">{t('settings.registriesOpen')}</Link>
          </Row>
        </Section>
        <Section title={t('settings.data')}>
          <Row label={t('settings.history')} help={t('settings.historyHelp')}>
            <NumberSetting
              label={t('settings.history')}
              value={Math.round(settings.historyBytes / MIB)}
              least={1}
              most={1024 * 1024}
              onChange={(mib) => set({ historyBytes: mib * MIB })}
            />
          </Row>
        </Section>
        <About />
      </div>
    </>
  );
}

function About() {
  const { t, format } = useI18n();
  const connection = useConnectionState();
  if (connection.status !== 'connected') return null;
  const { app } = connection;
  return (
    <Section title={t('settings.about')}>
      <Row label={t('settings.dataDir')}>
        <code>{app.dataDir}</code>
        <CopyButton text={app.dataDir} label={t('common.copy')} doneLabel={t('common.copied')} />
      </Row>
      <Row label={t('settings.version')}>{app.appVersion}</Row>
      <Row label={t('settings.mode')}>{t(app.mode === 'electron' ? 'settings.modeElectron' : 'settings.modeBrowser')}</Row>
      <Row label={t('settings.process')}>{String(app.pid)}</Row>
      <Row label={t('settings.startedAt')}>{format.dateTime(app.startedAtMs)}</Row>
    </Section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.section} aria-label={title}>
      <h2 className={styles.title}>{title}</h2>
      <div className={styles.card}>{children}</div>
    </section>
  );
}

function Row({ label, help, children }: { label: string; help?: string; children: ReactNode }) {
  return (
    <div className={styles.row}>
      <div className={styles.words}>
        <div>{label}</div>
        {help !== undefined && <div className={styles.help}>{help}</div>}
      </div>
      <div className={styles.control}>{children}</div>
    </div>
  );
}
