import { type ReactNode, Suspense, useEffect } from 'react';
import { useI18n } from '../../i18n/index.ts';
import { useConnectionState, useSettings, useUi } from '../../stores/index.ts';
import { TasksTray } from '../tasks/TasksTray.tsx';
import { TerminalDock } from '../terminal-dock/TerminalDock.tsx';
import { Announcer } from './Announcer.tsx';
import { ConnectionBanner } from './ConnectionBanner.tsx';
import { KeyMap } from './KeyMap.tsx';
import { lazyPage } from './lazy-page.ts';
import { NoticeToasts } from './NoticeToasts.tsx';
import { Rail } from './Rail.tsx';
import styles from './Shell.module.css';
import { useGlobalKeys } from './use-global-keys.ts';

const CreateDrawer = lazyPage(() => import('../create/CreateDrawer.tsx').then((module) => module.CreateDrawer));
const NewVmDrawer = lazyPage(() => import('../new-vm/NewVmDrawer.tsx').then((module) => module.NewVmDrawer));
const Palette = lazyPage(() => import('../palette/Palette.tsx').then((module) => module.Palette));

/** What stands around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useI18n();
  const { status } = useConnectionState();
  const create = useUi((ui) => ui.create);
  const newVm = useUi((ui) => ui.newVm);
  const paletteOpen = useUi((ui) => ui.paletteOpen);
  useLook();
  useGlobalKeys();
  return (
    <div className={styles.shell}>
      <a className={styles.skip} href="#page">
        {t('nav.skip')}
      </a>
      <Rail />
      <div className={styles.column}>
        <ConnectionBanner />
        <main id="page" className={styles.page} data-stale={status === 'lost' || status === 'outdated'} tabIndex={-1}>
          {children}
        </main>
        <TerminalDock />
      </div>
      <TasksTray />
      <KeyMap />
      <Suspense>{create !== null && <CreateDrawer target={create} />}</Suspense>
      <Suspense>{newVm !== null && <NewVmDrawer target={newVm} />}</Suspense>
      <Suspense>{paletteOpen && <Palette />}</Suspense>
      <NoticeToasts />
      <Announcer />
    </div>
  );
}

/** Theme and density, on <html>, where the tokens look for them; the theme is kept for the next first paint (public/early.js). */
function useLook(): void {
  const { theme, density } = useSettings();
  const { status } = useConnectionState();
  useEffect(() => {
    // Before the settings have come, what public/early.js has set stays.
    if (status === 'connecting') return;
    const { dataset } = document.documentElement;
    dataset.density = density;
    if (theme === 'system') delete dataset.theme;
    else dataset.theme = theme;
    try {
      localStorage.setItem('catamaran.theme', theme);
    } catch {
      // Then the next first paint follows the system.
    }
  }, [theme, density, status]);
}
