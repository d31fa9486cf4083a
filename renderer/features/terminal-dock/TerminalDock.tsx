import { Suspense } from 'react';
import { lazyPage } from '../shell/lazy-page.ts';
import { useTerminalsState } from './TerminalsProvider.tsx';

const DockPanel = lazyPage(() => import('./DockPanel.tsx').then((module) => module.DockPanel));

/** The foot of the app. Its code, and xterm with it, does not hold up the first page. */
export function TerminalDock() {
  const isEmpty = useTerminalsState((state) => state.dock.docked.length === 0);
  return isEmpty ? null : (
    <Suspense>
      <DockPanel />
    </Suspense>
  );
}
