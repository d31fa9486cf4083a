import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { useStores } from '../../stores/index.ts';
import { startList } from './start-list.ts';

/** `g` and then one of these. */
const PAGES: Record<string, string> = { o: '/', c: '/containers', v: '/vms', i: '/images', h: '/hosts', s: '/settings' };
const SECOND_KEY_WITHIN_MS = 1200;

/** Keys that work everywhere but where people write. */
export function useGlobalKeys(): void {
  const { ui } = useStores();
  const [, navigate] = useLocation();
  useEffect(() => {
    let wentAt = Number.NEGATIVE_INFINITY;
    const onKeyDown = (event: KeyboardEvent) => {
      const target = event.target instanceof Element ? event.target : document.body;
      if (event.defaultPrevented || event.isComposing) return;
      const writing = target.closest('input, textarea, select, [contenteditable="true"], .xterm') !== null;
      // Ctrl-K belongs to the shell in a terminal; ⌘-K does not.
      if (event.key.toLowerCase() === 'k' && (event.metaKey || (event.ctrlKey && target.closest('.xterm') === null))) {
        event.preventDefault();
        ui.setState(({ paletteOpen }) => ({ paletteOpen: !paletteOpen }));
        return;
      }
      if (writing || event.ctrlKey || event.metaKey || event.altKey || target.closest('[role="dialog"], [role="menu"]') !== null) return;
      if (event.timeStamp - wentAt < SECOND_KEY_WITHIN_MS && PAGES[event.key] !== undefined) navigate(PAGES[event.key] ?? '/');
      else if (event.key === '/') document.querySelector<HTMLElement>('[data-filter]')?.focus();
      else if (event.key === '?') ui.setState({ keysOpen: true });
      else if ((event.key === 'j' || event.key === 'k') && target.closest('[data-list]') === null) startList(event.key);
      else {
        wentAt = event.key === 'g' ? event.timeStamp : Number.NEGATIVE_INFINITY;
        return;
      }
      wentAt = Number.NEGATIVE_INFINITY;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [ui, navigate]);
}
