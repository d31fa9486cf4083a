/** How the key that goes with K is written here. */
export function modifierKey(): '⌘' | 'Ctrl ' {
  return /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl ';
}
