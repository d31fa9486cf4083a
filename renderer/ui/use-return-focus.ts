import { useRef } from 'react';

/**
 * What had the keyboard before something opened, to be given it back. Looked at while React draws: a field with `autoFocus` takes the
 * keyboard before Base UI looks. Undefined: Base UI finds a place by itself.
 */
export function useReturnFocus(open: boolean): () => HTMLElement | undefined {
  const opener = useRef<Element | null>(null);
  const wasOpen = useRef(false);
  if (open && !wasOpen.current) opener.current = openerNow();
  wasOpen.current = open;
  return () => {
    const { current } = opener;
    return current instanceof HTMLElement && current.isConnected && current !== document.body ? current : undefined;
  };
}

/** A menu’s entry is gone by then, and its button is not. */
function openerNow(): Element | null {
  const { activeElement } = document;
  const isInMenu = activeElement?.closest('[role="menu"]') != null;
  return isInMenu ? document.querySelector('[aria-haspopup="menu"][aria-expanded="true"]') : activeElement;
}
