import { useRef } from 'react';

/**
 * What had the keyboard before something opened, to be given it back. Looked at while React draws: a field with `autoFocus` takes the
 * keyboard before Base UI looks. Undefined: Base UI finds a place by itself.
 */
export function useReturnFocus(open: boolean): () => HTMLElement | undefined {
  const openers = useRef<readonly Element[]>([]);
  const wasOpen = useRef(false);
  if (open && !wasOpen.current) openers.current = openersNow();
  wasOpen.current = open;
  return () => openers.current.find((opener): opener is HTMLElement => opener instanceof HTMLElement && opener.isConnected);
}

let lastOpeners: readonly Element[] = [];

/** What opens something, and before it what had opened the dialog that it stands in: one dialog may take another's place. */
function openersNow(): readonly Element[] {
  const opener = openerNow();
  if (opener === null || opener === document.body) return [];
  const isInDialog = opener.closest('[role="dialog"]') !== null;
  lastOpeners = isInDialog ? [opener, ...lastOpeners] : [opener];
  return lastOpeners;
}

/** A menu’s entry is gone by then, and its button is not. */
function openerNow(): Element | null {
  const { activeElement } = document;
  const isInMenu = activeElement?.closest('[role="menu"]') != null;
  return isInMenu ? document.querySelector('[aria-haspopup="menu"][aria-expanded="true"]') : activeElement;
}
