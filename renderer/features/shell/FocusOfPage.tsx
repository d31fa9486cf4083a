import { useEffect, useRef } from 'react';
import { useLocation } from 'wouter';

/**
 * What had the keyboard goes with the page before; then the new page takes it, so that Tab goes on from there. It stands beside the
 * pages in their `Suspense`, so that it is asked when the new one is there.
 */
export function FocusOfPage() {
  const [path] = useLocation();
  const before = useRef(path);
  useEffect(() => {
    if (before.current === path) return;
    before.current = path;
    if (document.activeElement === document.body) document.getElementById('page')?.focus({ preventScroll: true });
  }, [path]);
  return null;
}
