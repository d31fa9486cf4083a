import { Suspense } from 'react';
import { lazyPage } from '../shell/lazy-page.ts';
import { useTerminalsState } from './TerminalsProvider.tsx';

const DockPanel = lazyPage(() => import('./DockPanel.tsx').then((module) => module.DockPanel));

/** The foot of the app. Its code, and xterm with it, comes only when something is docked. */
export function TerminalDock() {
  const isEmpty = useTerminalsState((state) => state.dock.docked.length === 0);
  return isEmpty ? null : (
    <Suspense>
      <DockPanel />
    </Suspense>
  );
}
